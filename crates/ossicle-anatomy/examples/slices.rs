use std::io::Write;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let h: f64 = a[2].parse().unwrap();
    let r = |n: usize| -> f64 { a[n].parse().unwrap() };
    let lo = [r(3), r(4), r(5)]; let hi = [r(6), r(7), r(8)];
    let shape: [usize; 3] = std::array::from_fn(|k| ((hi[k] - lo[k]) / h) as usize + 1);
    let g = ossicle_field::Grid::aligned(shape, [h; 3], lo).unwrap();
    let t = std::time::Instant::now();
    use ossicle_anatomy::builtin::BuiltIn; use ossicle_anatomy::Side;
    let b = if a.len() > 9 { BuiltIn::elbow(Side::Right, 1.0) } else { BuiltIn::hip(Side::Right, 1.0) }.unwrap();
    let an = b.on(&g).unwrap();
    let (ti, st, hu, table): (Vec<u8>, Vec<u16>, Vec<f32>, Vec<_>) = (an.tissue().iter().map(|t| t.code()).collect(), an.structure().to_vec(), an.hu().to_vec(), an.structures().to_vec());
    eprintln!("{shape:?} {:?}", t.elapsed());
    let mut f = std::fs::File::create(&a[1]).unwrap();
    for s in shape { f.write_all(&(s as u32).to_le_bytes()).unwrap(); }
    f.write_all(&ti).unwrap();
    for v in st { f.write_all(&v.to_le_bytes()).unwrap(); }
    for v in hu { f.write_all(&v.to_le_bytes()).unwrap(); }
    std::fs::write(format!("{}.txt", a[1]), table.iter().map(|s| format!("{}\n", s.name)).collect::<String>()).unwrap();
}
