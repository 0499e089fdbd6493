//! What is read, what is filled in, and what is written back.

use super::*;

#[test]
fn reads_every_key() {
    let CaseFile { case, warnings, .. } = parse(WHOLE).unwrap();
    assert!(warnings.is_empty());
    assert_eq!(case.title, "Whole");
    assert_eq!(case.duration, DurationDays(540.0));
    assert_eq!(case.seed, 7);
    assert_eq!(case.anatomy, Anatomy::BuiltinJoint { joint: Joint::Hip, side: Side::Left });
    assert_eq!(
        case.lesion_box,
        LesionBox {
            spacing: [LengthMm(1.0), LengthMm(1.0), LengthMm(1.5)],
            extent: BoxExtent::Margin(LengthMm(12.0)),
        }
    );
    assert_eq!(
        case.patient,
        Patient {
            species: Species::Human,
            age: AgeDays::from_years(34.0),
            sex: Sex::Female,
            neurological_injury: NeurologicalInjury::SpinalCord,
            previous_ho: true,
            fop_like_sensitivity: 0.25,
        }
    );
    let point = |x, y, z| Position::Point([LengthMm(x), LengthMm(y), LengthMm(z)]);
    let landmark = |name: &str, x, y, z| Position::Landmark {
        name: name.to_owned(),
        offset: [LengthMm(x), LengthMm(y), LengthMm(z)],
    };
    let injury = |name: &str, edge, shape| Injury {
        name: name.to_owned(),
        severity: 2.0,
        edge: LengthMm(edge),
        shape,
    };
    assert_eq!(
        case.injuries,
        [
            injury(
                "ball",
                1.0,
                InjuryShape::Ellipsoid {
                    position: landmark("greater_trochanter", 1.0, 0.0, -2.0),
                    radii: [LengthMm(9.0), LengthMm(8.0), LengthMm(7.0)],
                    rotation: [AngleDeg(0.0), AngleDeg(0.0), AngleDeg(30.0)],
                }
            ),
            injury(
                "contusion",
                2.0,
                InjuryShape::Contusion {
                    muscle: "gluteus_medius".to_owned(),
                    position: Some(point(12.0, -30.0, 5.0)),
                    radius: LengthMm(20.0),
                }
            ),
            injury(
                "capsule tear",
                1.0,
                InjuryShape::CapsuleTear {
                    place: TearPlace::Direction(Direction::Anterior),
                    arc: AngleDeg(60.0),
                }
            ),
            injury(
                "surgical approach",
                1.0,
                InjuryShape::SurgicalApproach {
                    path: ApproachPath::Straight {
                        entry: point(100.0, 0.0, 0.0),
                        target: landmark("hip_centre", 0.0, 0.0, 0.0),
                    },
                    width: LengthMm(15.0),
                }
            ),
        ]
    );
    assert_eq!(case.parameter("K_B"), Some(0.6));
    assert_eq!(case.parameter("rho_m"), Some(0.5));
    assert_eq!(case.parameter("m0"), Some(0.05));
    assert_eq!(case.parameter("K_D"), Some(0.094));
    assert_eq!(case.parameter("K_C"), None);
    let changed: Vec<&str> =
        case.parameters.iter().filter(|p| p.is_changed()).map(|p| p.record.key.as_str()).collect();
    assert_eq!(changed, ["K_B", "rho_m", "m0"]);
    assert_eq!(case.model.without, ["neurogenic"]);
    assert_eq!(case.numerics.tolerance, 1e-4);
    assert_eq!(case.numerics.longest_step, DurationDays(1.5));
    assert_eq!(case.outputs.virtual_ct_days, [0, 42, 84]);
    assert_eq!(case.outputs.virtual_ct_noise, Hounsfield(10.0));
    assert_eq!(case.outputs.field_days, [540]);
    assert_eq!(case.outputs.fields, ["osteoid", "mineral"]);
}

#[test]
fn fills_the_programme_of_motion() {
    let spans = |text: &str| -> Vec<(f64, f64, &'static str)> {
        let case = parse(text).unwrap().case;
        case.motion.iter().map(|m| (m.from.0, m.to.0, m.mode.word())).collect()
    };
    assert_eq!(
        spans(WHOLE),
        [
            (0.0, 14.0, "still"),
            (7.0, 42.0, "forced"),
            (14.0, 140.0, "comfortable"),
            (140.0, 168.0, "progressive"),
            (168.0, 540.0, "comfortable"),
        ]
    );
    // Sessions of the whole day leave no other motion to fill in beside them.
    let all_day =
        with("share_of_day = 0.05\n", "").replace("from = \"1 week\"", "from = \"2 weeks\"");
    assert_eq!(
        spans(&all_day)[..3],
        [(0.0, 14.0, "still"), (14.0, 42.0, "forced"), (42.0, 140.0, "comfortable")]
    );
}

/// The least a case can say.
const LEAST: &str = "format = 1\nduration = \"100 d\"\nanatomy.builtin = \"sphere\"\n\
                     anatomy.lesion_box.size = [\"9 mm\", \"9 mm\", \"9 mm\"]\n";

#[test]
fn fills_defaults() {
    let human = parse(LEAST).unwrap().case;
    assert_eq!(human.title, "Untitled case");
    assert_eq!(human.seed, 1);
    assert_eq!(human.anatomy.joint(), None);
    assert_eq!(human.anatomy.side(), None);
    assert_eq!(human.lesion_box.spacing, [LengthMm(1.0); 3]);
    assert_eq!(human.patient.age, AgeDays::from_years(35.0));
    assert_eq!(
        human.motion,
        [Motion { from: DurationDays(0.0), to: DurationDays(100.0), mode: USUAL_MOTION }]
    );
    assert_eq!(human.outputs.virtual_ct_days, [0, 14, 42, 84, 100]);
    assert_eq!(human.outputs.field_days, [0, 14, 42, 84, 100]);
    assert_eq!(human.outputs.fields, ["mineral"]);
    assert!(human.parameters.iter().all(|p| !p.is_changed()));

    let mouse = parse(&format!("{LEAST}patient.species = \"mouse\"\n")).unwrap().case;
    assert_eq!(mouse.lesion_box.spacing, [LengthMm(0.1); 3]);
    assert_eq!(mouse.patient.age, AgeDays(84.0));
}

#[test]
fn reads_a_scan_relative_to_the_case() {
    let text = with(
        "builtin = \"hip\"\nside = \"left\"\n",
        "scan = \"ct.nii.gz\"\nlabels = \"../labels\"\nlabel_table = \"/t.csv\"\njoint = \"elbow\"\n\
         side = \"left\"\ncentre = { ras = [\"1 cm\", \"0 mm\", \"0 mm\"] }\n",
    );
    let case = parse(&text).unwrap().case;
    let Anatomy::Scan(scan) = &case.anatomy else { panic!("{:?}", case.anatomy) };
    assert_eq!(scan.scan, Path::new("/scans/ct.nii.gz"));
    assert_eq!(scan.labels.as_deref(), Some(Path::new("/scans/../labels")));
    assert_eq!(scan.label_table.as_deref(), Some(Path::new("/t.csv")));
    assert_eq!((scan.joint, scan.side), (Joint::Elbow, Side::Left));
    let centre = Position::Point([LengthMm(10.0), LengthMm(0.0), LengthMm(0.0)]);
    assert_eq!(scan.centre, Some(centre));
    assert_eq!(parse(&case.resolved()).unwrap().case, case);
}

#[test]
fn resolved_reads_back_as_the_same_case() {
    let sized = with("margin = \"12 mm\"", "size = [\"10 mm\", \"0.1 cm\", \"33.3 mm\"]");
    let centred = sized.replace(
        "33.3 mm\"]",
        "33.3 mm\"]\ncentre = { landmark = \"hip_centre\", offset = [\"0 mm\", \"1 mm\", \"0.3 mm\"] }",
    );
    let quoted = with("title = \"Whole\"", r#"title = "\"\\ \t\u0001\u007f µ 骨 # '""#);
    let tears =
        with("direction = \"anterior\"", "position = { landmark = \"x\" }\narc = \"33 deg\"");
    for text in [WHOLE, LEAST, &sized, &centred, &quoted, &tears] {
        let case = parse(text).unwrap().case;
        let resolved = case.resolved();
        let again = match parse(&resolved) {
            Ok(file) => file.case,
            Err(error) => panic!("{error}\n{resolved}"),
        };
        assert_eq!(again, case);
        assert_eq!(again.resolved(), resolved);
    }
}

#[test]
fn resolved_names_units_and_sources() {
    let resolved = parse(WHOLE).unwrap().case.resolved();
    for line in [
        "duration = \"540 d\"",
        "spacing = [\"1 mm\", \"1 mm\", \"1.5 mm\"]",
        "longest_step = \"1.5 d\"",
        "shortest_step = \"0.0001 d\"",
        "K_B = 0.6  # the parameter K_B [0.2 to 1.2]; set by the case; default 0.8, source: Trejo \
         2019, table 1 # [C]",
        "m0 = \"0.05 x 1e6 cells/mL\"  # the parameter m0 [0.01 to 0.1]; set by the case; default \
         0.04, source: Trejo 2019, table 1 # [C]",
        "q_w = \"60 /d per 1e6 cells/mL\"  # the parameter q_w [15 to 100]; source: Trejo 2019, \
         table 1 # [C]",
    ] {
        assert!(resolved.lines().any(|found| found == line), "{line}\nnot in\n{resolved}");
    }
}

#[test]
fn warns_of_what_has_no_effect() {
    let late = with("from = \"20 weeks\"\nto = \"24 weeks\"", "from = \"80 weeks\"");
    let file = parse(&late).unwrap();
    assert_eq!(file.warnings.len(), 1);
    assert_eq!(
        file.warnings[0].to_string(),
        "case.toml:59:8: motion[2].from: found a start at 560 d; expected a start before the end \
         of the case at 540 d"
    );
    assert_eq!(file.warnings[0].cause, Cause::NoEffect);
    assert_eq!(parse(&file.case.resolved()).unwrap().case, file.case);

    let stretched =
        with("[model]\n", "[model]\nallow_out_of_range = true\n").replace("K_B = 0.6", "K_B = 1.6");
    let file = parse(&stretched).unwrap();
    assert_eq!(file.case.parameter("K_B"), Some(1.6));
    assert_eq!(file.warnings.len(), 1);
    assert_eq!((file.warnings[0].cause, file.warnings[0].place.line), (Cause::OutOfRange, 66));
    // A negative rate stays refused.
    let negative = stretched.replace("K_B = 1.6", "K_B = -0.1");
    assert_eq!(problems(&negative)[0].cause, Cause::OutOfRange);
}

#[test]
fn knows_where_everything_stands() {
    let file = parse(WHOLE).unwrap();
    for (key, line, column) in [
        ("duration", 3, 12),
        ("anatomy.lesion_box.spacing", 11, 11),
        ("anatomy.lesion_box.spacing[2]", 11, 28),
        ("injury[0].position", 25, 12),
        ("injury[0].position.landmark", 25, 25),
        ("injury[1].muscle", 32, 10),
        // Left out: the table it would stand in.
        ("injury[3].severity", 41, 1),
        ("anatomy.scan", 6, 1),
        ("care", 1, 1),
    ] {
        let place = file.locate(key);
        assert_eq!((place.line, place.column), (line, column), "{key}");
    }
    let mut problem = file.problem(
        Cause::UnknownName,
        "injury[0].position.landmark",
        "\"greater_trochanter\"",
        "a landmark of the anatomy",
    );
    problem.nearest = Some("\"lesser_trochanter\"".to_owned());
    assert_eq!(
        problem.render(Style::Plain),
        r#"error: injury[0].position.landmark: found "greater_trochanter"
  --> case.toml:25:25
   |
25 | position = { landmark = "greater_trochanter", offset = ["1 mm", "0 mm", "-2 mm"] }
   |                         ^^^^^^^^^^^^^^^^^^^^
   |
   = note: expected a landmark of the anatomy
   = help: did you mean "lesser_trochanter"?"#
    );
    assert!(problem.render(Style::Terminal).contains("\u{1b}["));
    assert!(problem.render_as_warning(Style::Plain).starts_with("warning: "));
}

#[test]
fn refuses_a_vocabulary_that_cannot_be_used() {
    let record = |key: &str, unit: &str, default: f64| ParameterRecord {
        key: key.to_owned(),
        symbol: String::new(),
        unit: unit.to_owned(),
        default,
        low: 0.0,
        high: 1.0,
        whole: false,
        meaning: String::new(),
        source: String::new(),
    };
    let build = |records: Vec<ParameterRecord>, fields: &[&str], default: &str| {
        let fields = fields.iter().map(|&field| field.to_owned()).collect();
        Vocabulary::new(records, Vec::new(), fields, vec![default.to_owned()]).unwrap_err()
    };
    let (key, unit) = ("a".to_owned(), "furlong".to_owned());
    assert_eq!(
        build(vec![record("a", "furlong", 0.5)], &["y"], "y"),
        VocabularyError::UnknownUnit { key: key.clone(), unit }
    );
    assert_eq!(
        build(vec![record("a", "1", 2.0)], &["y"], "y"),
        VocabularyError::BadRange { key: key.clone(), default: 2.0, low: 0.0, high: 1.0 }
    );
    assert_eq!(
        build(vec![record("a", "1", 0.5), record("a", "1", 0.5)], &["y"], "y"),
        VocabularyError::Repeated { name: key }
    );
    assert_eq!(
        build(vec![record("a.b", "1", 0.5)], &["y"], "y"),
        VocabularyError::BadKey { name: "a.b".to_owned() }
    );
    assert_eq!(
        build(Vec::new(), &["y"], "z"),
        VocabularyError::UnknownDefault { name: "z".to_owned() }
    );
}
