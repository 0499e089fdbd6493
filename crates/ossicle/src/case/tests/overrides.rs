//! `--set` and `--without`.

use super::*;

fn set(text: &str) -> Override {
    Override::Set(text.to_owned())
}

fn without(name: &str) -> Override {
    Override::Without(name.to_owned())
}

#[test]
fn change_what_the_file_says() {
    let case = parse_with(
        WHOLE,
        &[
            set("anatomy.lesion_box.spacing=0.5 mm"),
            set("duration = \"200 d\""),
            set("injury[0].severity=3"),
            set("injury[0].position={ ras = [\"1 mm\", \"2 mm\", \"3 mm\"] }"),
            set("K_B=0.7"),
            set("parameters.D_m=0.3 mm2/d"),
            set("rho_m=0.9/d"),
            set("numerics.shortest_step=1 min"),
            set("outputs.field_days=[10, 20]"),
            set("outputs.virtual_ct_days[2]=200"),
            set("title=After the change"),
            without("wound_field"),
            without("neurogenic"),
        ],
    )
    .unwrap()
    .case;
    assert_eq!(case.lesion_box.spacing, [LengthMm(0.5); 3]);
    assert_eq!(case.duration, DurationDays(200.0));
    assert_eq!(case.injuries[0].severity, 3.0);
    let InjuryShape::Ellipsoid { position, .. } = &case.injuries[0].shape else { panic!() };
    assert_eq!(*position, Position::Point([LengthMm(1.0), LengthMm(2.0), LengthMm(3.0)]));
    assert_eq!(case.parameter("K_B"), Some(0.7));
    assert_eq!(case.parameter("D_m"), Some(0.3));
    assert_eq!(case.parameter("rho_m"), Some(0.9));
    assert_eq!(case.numerics.shortest_step, DurationDays(1.0 / 1440.0));
    assert_eq!(case.outputs.field_days, [10, 20]);
    assert_eq!(case.outputs.virtual_ct_days, [42, 84, 200]);
    assert_eq!(case.title, "After the change");
    assert_eq!(case.model.without, ["neurogenic", "wound_field"]);
}

#[test]
fn make_tables_that_are_not_there() {
    let text = "format = 1\nduration = \"9 d\"\nanatomy.builtin = \"sphere\"\n";
    let case = parse_with(
        text,
        &[
            set("anatomy.lesion_box.size=[\"9 mm\",\"9 mm\",\"9 mm\"]"),
            set("patient.species=mouse"),
            set("model.allow_out_of_range=true"),
            without("angiogenesis"),
        ],
    )
    .unwrap()
    .case;
    assert_eq!(case.patient.species, Species::Mouse);
    assert!(case.model.allow_out_of_range);
    assert_eq!(case.model.without, ["angiogenesis"]);
}

#[test]
fn are_named_where_they_are_wrong() {
    for (change, expected) in [
        (
            set("anatomy.lesion_box.spacing=0.5"),
            "--set:1:28: anatomy.lesion_box.spacing: found 0.5 without a unit; expected a length \
             with its unit, such as \"1 mm\"; did you mean \"0.5 mm\"?",
        ),
        (
            set("seed = many"),
            "--set:1:8: seed: found \"many\"; expected a whole number from 0 to 9007199254740991",
        ),
        (
            set("K_A=1"),
            "--set:1:1: K_A: found the unknown key \"K_A\"; expected a key of the case, such as \
             duration, or of a parameter; did you mean K_B?",
        ),
        (
            set("numerics.tolerence=1"),
            "--set:1:1: numerics.tolerence: found the unknown key \"tolerence\"; expected one of \
             tolerance, longest_step, shortest_step; did you mean tolerance?",
        ),
        (
            set("duration"),
            "--set:1:1: found \"duration\" without =; expected KEY=VALUE, such as \
             duration=\"180 d\"",
        ),
        (
            set("duration="),
            "--set:1:1: found no value; expected KEY=VALUE, such as duration=\"180 d\"",
        ),
        (
            set("..=3"),
            "--set:1:1: found the key \"..\"; expected KEY=VALUE, such as duration=\"180 d\"",
        ),
        (
            set("injury[9].severity=3"),
            "--set:1:1: injury[9].severity: found \"injury\", which leads nowhere; expected a \
             path to a key, each part of it a table or an item that is there",
        ),
        (
            set("duration.days=3"),
            "--set:1:1: duration.days: found \"duration\", which leads nowhere; expected a path \
             to a key, each part of it a table or an item that is there",
        ),
        (
            without("neurogenics"),
            "--without:1:1: model.without[1]: found \"neurogenics\"; expected \"neurogenic\", \
             \"angiogenesis\" or \"wound_field\"; did you mean \"neurogenic\"?",
        ),
    ] {
        let found: Vec<String> = refused(parse_with(WHOLE, std::slice::from_ref(&change)))
            .iter()
            .map(Problem::to_string)
            .collect();
        assert_eq!(found, [expected], "{change:?}");
    }
}

#[test]
fn cannot_smuggle_lines_in() {
    let change = set("title='a'\nseed = 9");
    let case = parse_with(WHOLE, &[change]).unwrap().case;
    assert_eq!((case.title.as_str(), case.seed), ("'a'\nseed = 9", 7));
}

#[test]
fn cannot_nest_without_end() {
    for deep in ["a.".repeat(60_000) + "a=1", format!("a{}=1", "[0]".repeat(40_000))] {
        let problems = refused(parse_with(WHOLE, &[set(&deep)]));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].cause, Cause::Argument);
    }
}
