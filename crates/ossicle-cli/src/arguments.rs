//! The arguments of every command, and the help that teaches them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// An executable three-dimensional model of heterotopic ossification (HO): bone that forms in
/// soft tissue after an injury. Research software, not a medical device.
#[derive(Parser)]
#[command(name = "ossicle", version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  ossicle new hip -o mine.toml                        a case on the built-in hip
  ossicle new hip --scan ct.nii.gz --labels labels/ --side left -o mine.toml
  ossicle check mine.toml                             what would run: grid, memory, time, warnings
  ossicle run mine.toml                               eighteen months of ossification, then a report
  ossicle run mine.toml -o what-if --set K_B=0.5 --without neurogenic
  ossicle run mine.toml --resume                      goes on after an interruption
  ossicle branch runs/mine --at 60 --set K_B=0.5 -o blocked
  ossicle verify mine.toml --days 60                  how far grid and time step can be believed
  ossicle bench --save now.json                       how fast this machine is
  ossicle measure ct.nii.gz --labels labels/ -o measured
  ossicle params                                      every parameter: value, unit, range, source

Messages go to standard error, results to standard output.
Exit codes: 0 done, 1 failed while running, 2 refused, 130 stopped by the user.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write a case file to start from, with comments that teach the format
    New(New),
    /// Say what a case would run: grid, memory, time, units, warnings; runs nothing
    Check(Check),
    /// Run a case: a folder with time series, virtual CT, fields and a report
    Run(Run),
    /// Begin another future of a run on one of its days, in a folder of its own
    Branch(Branch),
    /// Refine grid and time step of a case, and say how far its read-outs can be believed
    Verify(Verify),
    /// Measure how fast this machine runs the kernels and a short case, beside its memory
    Bench(Bench),
    /// Measure ectopic bone in a scan: volumes, density, shell, grade
    Measure(Measure),
    /// List every parameter of the model: value, unit, range, source
    Params(Params),
    /// Print a JSON Schema of case files, for editors that check and complete as you type
    Schema,
    /// Write the report of a run folder anew
    Report(Report),
}

/// What to start from.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum TemplateName {
    /// Injury of the capsule and muscle of a hip
    Hip,
    /// A dislocated elbow, held still at first
    Elbow,
    /// A ball of damage in muscle: small, the same in every direction
    Sphere,
    /// A lesion of mouse size in muscle, with a spinal cord injury
    Mouse,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum SideName {
    /// The patient's left
    Left,
    /// The patient's right
    Right,
}

#[derive(Args)]
pub(crate) struct New {
    /// What to start from
    pub(crate) template: TemplateName,
    /// A CT to use in place of the built-in joint: a NIfTI, NRRD or MetaImage file, or a
    /// folder of DICOM slices
    #[arg(long, value_name = "PATH")]
    pub(crate) scan: Option<PathBuf>,
    /// Labels of that CT: a folder of TotalSegmentator files, or one file with several labels
    #[arg(long, value_name = "PATH", requires = "scan")]
    pub(crate) labels: Option<PathBuf>,
    /// Which side of the scan; found from the scan where it shows only one
    #[arg(long, requires = "scan")]
    pub(crate) side: Option<SideName>,
    /// The centre of the joint, where it is not found: right, front and up in mm, as viewers of
    /// NIfTI show it (RAS; DICOM's first two numbers with their signs turned)
    #[arg(long, value_name = "X,Y,Z", requires = "scan", value_parser = point, allow_hyphen_values = true)]
    pub(crate) centre_ras_mm: Option<[f64; 3]>,
    /// Where to write the case [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

/// Three numbers with commas between them.
fn point(text: &str) -> Result<[f64; 3], String> {
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|n| n.trim().parse().ok().filter(|n: &f64| n.is_finite())).collect();
    numbers
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(|| "expected three numbers, as 90,-12,35".to_owned())
}

/// The case and how it is changed.
#[derive(Args)]
pub(crate) struct CaseArguments {
    /// The case file
    pub(crate) case: PathBuf,
    /// Change a key for this run: `--set anatomy.lesion_box.spacing="0.5 mm"`, or a
    /// parameter: `--set K_B=0.5`; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Switch a process off, to see what it does (`ossicle params` names them); may be given
    /// several times
    #[arg(long, value_name = "PROCESS")]
    pub(crate) without: Vec<String>,
    /// Tell results, and what is wrong with a case, as JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) case: CaseArguments,
}

#[derive(Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) case: CaseArguments,
    /// The run folder [default: runs/NAME, after the case file]
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Replace an existing run folder once the new run is complete
    #[arg(long)]
    pub(crate) force: bool,
    /// Go on with the run in the folder, which was stopped, broken off or failed, from its
    /// newest checkpoint; the end is that of a run that was never interrupted
    #[arg(long, conflicts_with = "force")]
    pub(crate) resume: bool,
    /// Go on from this checkpoint instead of the newest
    #[arg(long, value_name = "FILE", conflicts_with = "force")]
    pub(crate) resume_from: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) going: GoingArguments,
}

/// How a run goes on.
#[derive(Args)]
pub(crate) struct GoingArguments {
    /// Threads to use [default: one for each core]; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Keep the state so often, in seconds of wall clock; 0 keeps it after every step [default:
    /// every minute, less often where that takes more than a fiftieth of the time]; the result
    /// does not depend on it
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) checkpoint_every: Option<Duration>,
    /// No progress bar
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// A span of wall clock.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| "expected a number of seconds, 0 or more".to_owned())
}

#[derive(Args)]
pub(crate) struct Branch {
    /// The folder of the run; it stays as it is
    pub(crate) run: PathBuf,
    /// The day on which the futures part, counted from the injury
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) at: f64,
    /// What changes from that day on: a key such as `--set duration="720 d"`, or a parameter:
    /// `--set K_B=0.5`; may be given several times. Anatomy, grid, patient, injuries and seed
    /// stay as they are
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Switch a process off from that day on; may be given several times
    #[arg(long, value_name = "PROCESS")]
    pub(crate) without: Vec<String>,
    /// The folder of the new run
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Replace an existing run folder once the new run is complete
    #[arg(long)]
    pub(crate) force: bool,
    /// Tell results, and what is wrong with the changed case, as JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) going: GoingArguments,
}

/// A day since the injury.
fn day(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('d').unwrap_or(text).trim();
    let day = number.parse().ok().filter(|day: &f64| day.is_finite() && *day >= 0.0);
    day.ok_or_else(|| "expected a day, such as 60 or \"60 d\"".to_owned())
}

#[derive(Args)]
#[command(after_help = VERIFY_HELP)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) case: CaseArguments,
    /// Follow so many days of the case [default: its whole duration]
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<f64>,
    /// Spacings to run as multiples of the case's own, 1 among them, such as 1.5,1,0.667
    /// [default: three levels, 1.5 apart, coarser ones first as far as the model bears them]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) spacings: Vec<f64>,
    /// Tolerances to run as multiples of the case's own, 1 among them [default: 4,2,1,0.5]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) tolerances: Vec<f64>,
    /// Multiple of the spacing at which time is refined [default: the coarsest of them]
    #[arg(long, value_name = "MULTIPLE")]
    pub(crate) time_spacing: Option<f64>,
    /// Write the tables to a Markdown file, too; nothing else is written
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Threads to use [default: one for each core]; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// No progress bar
    #[arg(long)]
    pub(crate) quiet: bool,
}

const VERIFY_HELP: &str = "\
For every read-out: its value at each level, the order at which the values approach each other,
their limit (Richardson), the band about the case's own value (grid convergence index) and a
verdict. docs/numerics/verification.md has the formulas. Halving the spacing takes ten times as
long; `--days 60` shows the early course for a fraction of it.";

#[derive(Args)]
pub(crate) struct Bench {
    /// A case to time instead of the built-in hip
    pub(crate) case: Option<PathBuf>,
    /// Days of the case that are timed [default: 60, or its whole duration if that is less]
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<f64>,
    /// Voxels up to which the growth of time is followed, from 1e5 on; 1e7 take 9 GiB
    #[arg(long, value_name = "VOXELS", default_value = "1e6")]
    pub(crate) largest: f64,
    /// Compare with what was saved before: ratios above 1 are faster
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Save the figures as JSON, to compare with later
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "save")]
    pub(crate) force: bool,
    /// Tell results, and what is wrong with a case, as JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
#[command(after_help = MEASURE_HELP)]
pub(crate) struct Measure {
    /// The CT: a NIfTI, NRRD or MetaImage file, or a folder of DICOM slices
    pub(crate) scan: PathBuf,
    /// Labels of that CT, on its voxels: a folder of TotalSegmentator files, or one file with
    /// several labels. Labelled bones are left out [default: pieces above 20 ml are left out]
    #[arg(long, value_name = "PATH")]
    pub(crate) labels: Option<PathBuf>,
    /// Count only inside this contour: a label file on the voxels of the scan
    #[arg(long, value_name = "MASK")]
    pub(crate) within: Option<PathBuf>,
    /// The hip to grade [default: each whose femur and hip bone are labelled]
    #[arg(long)]
    pub(crate) side: Option<SideName>,
    /// Least density of mineral, HU
    #[arg(long, value_name = "HU", default_value_t = 200.0, allow_negative_numbers = true)]
    pub(crate) threshold_hu: f64,
    /// Least volume of a focus, ml
    #[arg(long, value_name = "ML", default_value_t = 0.02, allow_negative_numbers = true)]
    pub(crate) least_ml: f64,
    /// Write measure.json, foci.csv, foci.nii.gz and summary.txt to a new folder
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Tell results as JSON on standard output
    #[arg(long)]
    pub(crate) json: bool,
}

const MEASURE_HELP: &str = "\
Contrast medium in bowel, bladder or vessels, and calcified vessels, are as dense as bone: look at
foci.nii.gz over the scan before believing a figure. docs/measure.md has the definitions.";

#[derive(Args)]
pub(crate) struct Params {
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// As the Markdown page of the documentation
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
}

#[derive(Args)]
pub(crate) struct Report {
    /// The run folder
    pub(crate) run: PathBuf,
}
