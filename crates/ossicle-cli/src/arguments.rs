//! The arguments of every command, and the help that teaches them.

use std::path::PathBuf;

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
    /// Threads to use [default: one for each core]; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// No progress bar
    #[arg(long)]
    pub(crate) quiet: bool,
}

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
