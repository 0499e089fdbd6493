//! `ossicle verify`: a case on finer grids and with shorter steps.

use crate::support::{Desk, tiny};

/// The tiny case, a day of it, and what makes three small grids of it.
const SMALL: [&str; 8] =
    ["verify", "tiny.toml", "--days", "1", "--spacings", "1,0.75,0.5", "--tolerances", "2,1,0.5"];

#[test]
fn a_case_is_refined_in_space_and_time() {
    let desk = Desk::with_tiny();
    let done = desk.ossicle(&[&SMALL[..], &["-o", "found.md"]].concat()).ok();
    assert!(done.stderr.contains("5 runs"), "{}", done.stderr);
    for part in [
        "## Tiny ball: 1 days",
        "### Grid refinement, tolerance 0.01",
        "| 1.5 mm ",
        "| 0.75 mm ",
        "± at 1.5 mm",
        "### Time refinement, voxels of 1.5 mm",
        "± at 0.01",
        "| mineral, mg ",
        "| ALP at its peak, × normal ",
        "does not happen within 1 d",
    ] {
        assert!(done.stdout.contains(part), "no {part:?} in\n{}", done.stdout);
    }
    assert_eq!(desk.read("found.md"), done.stdout);
    assert_eq!(desk.names("."), ["found.md", "tiny.toml"], "nothing else is written");

    let json = desk.ossicle(&[&SMALL[..], &["--json", "--quiet", "--threads", "1"]].concat());
    let json = json.ok().json();
    let refinements = json["refinements"].as_array().expect("a list");
    assert_eq!(refinements.len(), 2);
    for (refinement, key, levels) in [
        (&refinements[0], "voxels", [1728.0, 4096.0, 13824.0]),
        (&refinements[1], "tolerance", [0.02, 0.01, 0.005]),
    ] {
        assert_eq!(refinement["formal_order"], 2.0);
        for (level, expected) in refinement["levels"].as_array().expect("levels").iter().zip(levels)
        {
            assert_eq!(level[key].as_f64(), Some(expected), "{level}");
            assert!(level["steps"].as_u64().is_some_and(|n| n > 0), "{level}");
        }
        let readouts = refinement["readouts"].as_array().expect("read-outs");
        let names: Vec<&str> =
            readouts.iter().map(|r| r["name"].as_str().expect("a name")).collect();
        for name in ["bone volume", "mineral", "first visible", "plateau", "ALP at its peak"] {
            assert!(names.contains(&name), "{names:?}");
        }
        let never = readouts.iter().find(|r| r["name"] == "first visible").expect("it is there");
        assert_eq!(never["behaviour"], "never");
        assert!(never["order"].is_null() && never["band"].is_null());
    }
    // The case as it is, with one thread or all.
    let own = |n: usize| {
        let at = refinements[n]["own"].as_u64().expect("a level") as usize;
        let alp = refinements[n]["readouts"].as_array().expect("a list").iter();
        alp.map(|r| r["values"][at].clone()).collect::<Vec<_>>()
    };
    assert_eq!(own(0), own(1), "the coarsest grid with the case's tolerance is in both");
}

#[test]
fn levels_that_cannot_be_are_refused_before_anything_runs() {
    let desk = Desk::with_tiny();
    let refused = |arguments: &[&str], parts: &[&str]| {
        let done = desk.ossicle(&[&["verify", "tiny.toml"], arguments].concat());
        done.refused(parts);
    };
    refused(&["--spacings", "1,0.5"], &["2 levels of spacing, 1, 0.5", "expected at least 3"]);
    refused(&["--spacings", "0.9,0.5,0.3"], &["0.9, 0.5, 0.3", "expected 1"]);
    refused(&["--spacings", "2,1,0.5"], &["found \"3 mm\"", "0.01 mm to 1.5 mm", "cytokine"]);
    refused(&["--spacings", "1,0.98,0.5"], &["1.5 mm and 1.47 mm", "by a tenth"]);
    refused(
        &["--spacings", "1,0.5,0.01"],
        &["at 0.01 times", "1200 x 1200 x 1200 voxels, which takes", "expected at most"],
    );
    refused(&["--spacings", "1,0.5,-1"], &["multiple -1 of the spacing", "positive"]);
    refused(&["--tolerances", "1,0.5"], &["2 levels of tolerance", "expected at least 3"]);
    refused(&["--tolerances", "20,1,0.5"], &["found 0.2", "to 0.1"]);
    refused(&["--tolerances", "1.1,1,0.5"], &["0.011 and 0.01", "by a fifth"]);
    refused(&["--time-spacing", "0.9"], &["at 0.9 times", "expected one of 1, 0.667, 0.444"]);
    refused(&["--days", "5"], &["5 days", "expected 1 to 4"]);
    refused(&["--days", "0"], &["0 days", "expected 1 to 4"]);
    refused(&["-o", "tiny.toml"], &["tiny.toml exists", "--force"]);
    refused(&["-o", "absent/found.md"], &["no folder absent"]);
    refused(&["--set", "numerics.tolerance=0"], &["numerics.tolerance"]);
    desk.ossicle(&["verify", "absent.toml"]).refused(&["absent.toml"]);
    assert_eq!(desk.names("."), ["tiny.toml"]);
}

#[test]
fn a_tolerance_near_the_largest_leaves_room_below_it() {
    let desk = Desk::new();
    desk.write("tiny.toml", tiny(&[("[outputs]", "[numerics]\ntolerance = 0.1\n\n[outputs]")]));
    let done = desk.ossicle(&["verify", "tiny.toml", "--days", "1", "--spacings", "1,0.75,0.5"]);
    let told = done.ok().stdout;
    assert!(told.contains("| 0.1 ") && told.contains("| 0.0125 "), "{told}");
}
