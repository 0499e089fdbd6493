//! Case files to start from, each with comments that teach the format.

use super::anatomy::{Joint, Side};
use super::words::{Named, named};
use super::written::{Written as _, toml};

named! {
    /// A case file to start from.
    Template {
        /// Surgery at the hip of a person.
        Hip = "hip",
        /// A dislocated elbow.
        Elbow = "elbow",
        /// A ball of muscle, for checks of the numerics.
        Sphere = "sphere",
        /// A lesion of the size of a mouse's, in a ball of muscle.
        Mouse = "mouse",
    }
}

/// The scan a template is made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TemplateScan<'a> {
    /// The scan, relative to the case file that is to be written.
    pub scan: &'a str,
    /// Its labels, likewise.
    pub labels: Option<&'a str>,
    /// The side to look at.
    pub side: Side,
    /// The centre of the joint in mm (RAS), where it was given.
    pub centre_ras_mm: Option<[f64; 3]>,
    /// Whether the scan shows the back of the joint.
    pub from_behind: bool,
}

/// Where the anatomy of a template starts and ends.
const ANATOMY: (&str, &str) = ("[anatomy]\n", "[anatomy.lesion_box]");

/// What is to be said otherwise where a scan does not show the back of a joint.
const FROM_THE_FRONT: [(&str, &str); 3] = [
    ("a posterior approach", "an anterior approach"),
    (
        "approach = \"posterior\"        # \"anterior\"",
        "approach = \"anterior\"         # \"posterior\"",
    ),
    ("direction = \"posterior\"      ", "direction = \"anterior\"       "),
];

impl Template {
    /// The joint it is about, if any.
    #[must_use]
    pub fn joint(self) -> Option<Joint> {
        match self {
            Self::Hip => Some(Joint::Hip),
            Self::Elbow => Some(Joint::Elbow),
            Self::Sphere | Self::Mouse => None,
        }
    }

    /// The case file, on its built-in anatomy.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Hip => include_str!("templates/hip.toml"),
            Self::Elbow => include_str!("templates/elbow.toml"),
            Self::Sphere => include_str!("templates/sphere.toml"),
            Self::Mouse => include_str!("templates/mouse.toml"),
        }
    }

    /// The case file on a scan in place of the built-in anatomy; `None` where
    /// the template has no joint to look for in a scan.
    #[must_use]
    pub fn text_for_scan(self, scan: &TemplateScan<'_>) -> Option<String> {
        let joint = self.joint()?;
        let (before, rest) = self.text().split_once(ANATOMY.0)?;
        let (_, after) = rest.split_once(ANATOMY.1)?;
        let quoted = |text: &str| toml(&text.to_owned().written());
        let labels = match scan.labels {
            Some(labels) => format!("labels = {}", quoted(labels)),
            None => "# labels = \"labels/\"".to_owned(),
        };
        let centre = match scan.centre_ras_mm {
            Some([x, y, z]) => format!("centre = {{ ras = [\"{x} mm\", \"{y} mm\", \"{z} mm\"] }}"),
            None => "# centre = { ras = [\"90 mm\", \"-12 mm\", \"35 mm\"] }".to_owned(),
        };
        let anatomy = include_str!("templates/scan_anatomy.toml")
            .replace("{scan}", &quoted(scan.scan))
            .replace("{labels}", &labels)
            .replace("{joint}", joint.name())
            .replace("{side}", scan.side.name())
            .replace("{centre}", &centre);
        let (_, anatomy) = anatomy.split_once(ANATOMY.0)?;
        let text = [before, ANATOMY.0, anatomy, "\n", ANATOMY.1, after].concat();
        let turned = |text: String, (back, front): &(&str, &str)| text.replace(back, front);
        Some(if scan.from_behind { text } else { FROM_THE_FRONT.iter().fold(text, turned) })
    }
}
