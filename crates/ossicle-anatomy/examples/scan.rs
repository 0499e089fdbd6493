use std::io::Write;
use ossicle_anatomy::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let t = std::time::Instant::now();
    let s = ossicle_image::read_scan(a[1].as_ref()).unwrap();
    let labels = (a[4] != "-").then(|| ossicle_image::read_labels(a[4].as_ref(), None).unwrap());
    eprintln!("read {:?}", t.elapsed());
    let kind = if a[2] == "hip" { JointKind::Hip } else { JointKind::Elbow };
    let side = match a[3].as_str() { "left" => Some(Side::Left), "right" => Some(Side::Right), _ => None };
    let t = std::time::Instant::now();
    let r = from_scan(&s, labels.as_ref(), &ScanRequest { kind, side, centre_mm: None });
    eprintln!("{:?}", t.elapsed());
    match r {
        Err(e) => eprintln!("REFUSED {e}"),
        Ok(an) => {
            eprintln!("{:?}", an.joint());
            for n in an.notes() { eprintln!("note: {n}"); }
            for t in Tissue::ALL { eprintln!("  {t} {:.1} ml", an.volume_mm3(t) / 1000.0); }
            if a.len() > 5 {
                let mut f = std::fs::File::create(&a[5]).unwrap();
                let g = an.grid();
                for s in g.shape() { f.write_all(&(s as u32).to_le_bytes()).unwrap(); }
                for s in g.steps_mm().iter().flatten().chain(&g.origin_mm()) { f.write_all(&s.to_le_bytes()).unwrap(); }
                let ti: Vec<u8> = an.tissue().iter().map(|t| t.code()).collect();
                f.write_all(&ti).unwrap();
                for v in an.structure().iter() { f.write_all(&v.to_le_bytes()).unwrap(); }
                for v in an.hu().iter() { f.write_all(&v.to_le_bytes()).unwrap(); }
                std::fs::write(format!("{}.txt", a[5]), an.structures().iter().map(|s| format!("{}\n", s.name)).collect::<String>()).unwrap();
            }
        }
    }
}
