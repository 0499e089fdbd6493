//! `ossicle params`.

use ossicle::parameters;

use crate::arguments::Params;
use crate::exit::{DONE, Failure};

/// Lists every parameter.
pub(crate) fn params(arguments: &Params) -> Result<u8, Failure> {
    if arguments.json {
        println!("{:#}", parameters::json());
    } else if arguments.markdown {
        print!("{}", parameters::markdown());
    } else {
        anstream::print!("{}", parameters::text());
    }
    Ok(DONE)
}
