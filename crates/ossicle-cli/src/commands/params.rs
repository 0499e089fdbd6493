//! `ossicle params`.

use ossicle::parameters;

use crate::arguments::Params;
use crate::exit::{DONE, Failure};
use crate::say;

/// Lists every parameter.
pub(crate) fn params(arguments: &Params) -> Result<u8, Failure> {
    if arguments.json {
        say::result(format_args!("{:#}\n", parameters::json()))?;
    } else if arguments.markdown {
        say::result(parameters::markdown())?;
    } else {
        say::result(parameters::text())?;
    }
    Ok(DONE)
}
