//! Bodies by the names of structures.

use std::collections::BTreeSet;

use ossicle_anatomy::{Anatomy, LabelName, Side};
use ossicle_field::Field;

use super::error::BodiesError;
use super::table::{Body, needed};

/// The code of each voxel, and the bodies of the codes.
type Coded = (Field<u8>, Vec<Body>);

/// Codes and table by name; `None` if bone has no names here, so that density must tell.
///
/// Bone without a name beside named bones is no body.
pub(super) fn bodies(anatomy: &Anatomy, side: Side) -> Result<Option<Coded>, BodiesError> {
    let kind = anatomy.joint().kind;
    let present: BTreeSet<u16> = anatomy
        .structure()
        .iter()
        .zip(anatomy.tissue().iter())
        .filter(|(_, tissue)| tissue.is_bone())
        .map(|(&structure, _)| structure)
        .collect();
    let mut table: Vec<Body> = Vec::new();
    let mut code_of = vec![0_u8; anatomy.structures().len()];
    for number in present {
        let name = LabelName::parse(&anatomy.structures()[usize::from(number)].name);
        let Some(body) = Body::of_label(&name, kind, side) else { continue };
        let place = table.iter().position(|b| b.name == body.name).unwrap_or(table.len());
        if place == table.len() && place < usize::from(u8::MAX) {
            table.push(body);
        }
        code_of[usize::from(number)] = place as u8 + 1;
    }
    if table.is_empty() {
        return Ok(None);
    }
    let known = |names: &[&str]| table.iter().any(|body| names.contains(&body.name.as_str()));
    if let Some(missing) = needed(kind).iter().find(|names| !known(names)) {
        let found: Vec<&str> = table.iter().map(|body| body.name.as_str()).collect();
        return Err(BodiesError::Missing {
            kind: kind.name(),
            expected: missing.join(" or "),
            found: found.join(", "),
        });
    }
    let both = anatomy.structure().iter().zip(anatomy.tissue().iter());
    let codes = both.map(|(&s, t)| if t.is_bone() { code_of[usize::from(s)] } else { 0 });
    Ok(Some((Field::from_vec(*anatomy.grid(), codes.collect()), table)))
}
