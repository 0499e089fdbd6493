//! The progress bar, and the user's wish to stop.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ossicle::run::{Progress, Watch};

/// Marks on the bar.
const MARKS: u64 = 1000;

/// Shows how far a run is and stops it when the user asks.
pub(crate) struct Bar {
    bar: Option<ProgressBar>,
    /// Without a terminal: tenths told so far.
    tenths: Option<u64>,
    started: Instant,
    stop: Arc<AtomicUsize>,
}

impl Bar {
    pub(crate) fn new(quiet: bool) -> Self {
        let stop = Arc::new(AtomicUsize::new(0));
        let asked = Arc::clone(&stop);
        // Without a handler a signal ends the program at once, which the run folder survives.
        let _ = ctrlc::set_handler(move || {
            if asked.fetch_add(1, Ordering::SeqCst) > 0 {
                std::process::exit(i32::from(crate::exit::STOPPED));
            }
            crate::say::message("stopping after this step; once more to stop at once");
        });
        let terminal = std::io::stderr().is_terminal();
        let bar = (!quiet && terminal).then(|| {
            let bar = ProgressBar::with_draw_target(Some(MARKS), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            bar
        });
        Self { bar, tenths: (!quiet && !terminal).then_some(0), started: Instant::now(), stop }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn told(&self, progress: &Progress) -> String {
        let elapsed = self.started.elapsed().as_secs_f64();
        let left = if progress.share > 0.02 {
            format!("{} left", duration(elapsed * (1.0 / progress.share - 1.0)))
        } else {
            "…".to_owned()
        };
        format!(
            "day {:.0} of {:.0}  bone {}  {left}",
            progress.day,
            progress.duration_days,
            crate::tables::volume(progress.bone_volume_mm3)
        )
    }
}

impl Watch for Bar {
    fn look(&mut self, progress: &Progress) -> ControlFlow<()> {
        if let Some(bar) = &self.bar {
            bar.set_position((progress.share * MARKS as f64) as u64);
            bar.set_message(self.told(progress));
        } else if let Some(told) = self.tenths {
            let tenth = (progress.share * 10.0) as u64;
            if tenth > told {
                crate::say::message(format_args!("{:>3} %  {}", 10 * tenth, self.told(progress)));
                self.tenths = Some(tenth);
            }
        }
        if self.stop.load(Ordering::SeqCst) > 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Seconds in words.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 90.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}
