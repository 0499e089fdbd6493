//! `ossicle check`: what would run.

use ossicle::memory;
use ossicle::setting::Setting;

use super::read;
use crate::arguments::Check;
use crate::exit::{DONE, Failure};
use crate::progress::duration;
use crate::say;
use crate::tables::{table, volume};

/// Says what a case would run.
pub(crate) fn check(arguments: &Check) -> Result<u8, Failure> {
    let file = read(&arguments.case)?;
    let json = arguments.case.json;
    let setting = Setting::new(&file).map_err(|error| Failure::case(&error, json))?;
    let grid = setting.grid_record();
    let seconds = setting.expected_seconds();
    if json {
        let checked = serde_json::json!({
            "title": file.case.title,
            "anatomy": setting.anatomy_line,
            "duration_days": setting.duration_days,
            "grid": grid,
            "injuries": setting.injuries,
            "motion": setting.plan.lines(),
            "parameters_changed": setting.parameters_changed,
            "memory_bytes": setting.needed_bytes,
            "expected_seconds": seconds,
            "virtual_ct_days": setting.virtual_ct_days,
            "field_days": setting.field_days,
            "warnings": setting.warnings,
            "notes": setting.notes,
        });
        say::result(format_args!("{checked:#}\n"))?;
        return Ok(DONE);
    }
    let [nx, ny, nz] = grid.shape;
    let [dx, dy, dz] = grid.spacing_mm;
    let mut lines = vec![
        ("anatomy", setting.anatomy_line.clone()),
        ("duration", format!("{} d", setting.duration_days)),
        ("lesion grid", format!("{nx} x {ny} x {nz} voxels of {dx:.3} x {dy:.3} x {dz:.3} mm")),
        ("soft tissue", format!("{} voxels", grid.soft_voxels)),
        ("memory", format!("about {}", memory::told(setting.needed_bytes))),
        ("time", format!("about {} on two cores", duration(seconds))),
    ];
    for injury in &setting.injuries {
        lines.push((
            "injury",
            format!("{}: severity {}, {}", injury.name, injury.severity, volume(injury.volume_mm3)),
        ));
    }
    lines.extend(setting.plan.lines().into_iter().map(|line| ("motion", line)));
    for p in &setting.parameters_changed {
        lines.push((
            "parameter",
            format!("{} = {} {} (model {}; {})", p.symbol, p.value, p.unit, p.default, p.because),
        ));
    }
    lines.extend(setting.notes.iter().map(|note| ("note", note.clone())));
    say::result(format_args!("{}\n{}", file.case.title, table(&lines)))?;
    for warning in &setting.warnings {
        say::message(format_args!("warning: {warning}"));
    }
    Ok(DONE)
}
