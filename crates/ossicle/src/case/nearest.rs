//! "Did you mean": the known name closest to a mistyped one.

/// Names longer than this are never typing slips, and comparing them costs the
/// square of their length.
const LONGEST_NAME: usize = 64;

/// The candidate that needs the fewest edits to become `name`, unless that is
/// more than about a third of it.
///
/// Case and the choice between space, hyphen and underscore are not edits. Of
/// equally near candidates the first wins.
///
/// ```
/// let modes = ["still", "comfortable", "forced"];
/// assert_eq!(ossicle::case::nearest("confortable", modes), Some("comfortable"));
/// assert_eq!(ossicle::case::nearest("banana", modes), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = normalised(name)?;
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let Some(other) = normalised(candidate) else { continue };
        let edits = edit_distance(&name, &other);
        let allowed = (name.len().max(other.len()) / 3).max(1);
        // A one-letter name is one edit away from every other one.
        let shares_something = edits < name.len().max(other.len());
        if edits <= allowed && shares_something && best.is_none_or(|(least, _)| edits < least) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn normalised(name: &str) -> Option<Vec<char>> {
    if name.is_empty() || name.chars().nth(LONGEST_NAME).is_some() {
        return None;
    }
    let fold = |c| if matches!(c, ' ' | '-') { '_' } else { c };
    Some(name.trim().to_lowercase().chars().map(fold).collect())
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a`
/// into `b` (optimal string alignment).
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, &y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        let distance = |a: &str, b: &str| {
            edit_distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        for (a, b, edits) in [
            ("", "", 0),
            ("", "abc", 3),
            ("spacing", "spacing", 0),
            ("spacng", "spacing", 1),
            ("sapcing", "spacing", 1),
            ("kitten", "sitting", 3),
            ("µm", "mm", 1),
        ] {
            assert_eq!(distance(a, b), edits, "{a} to {b}");
            assert_eq!(distance(b, a), edits, "{b} to {a}");
        }
    }

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let keys = ["spacing", "margin", "size", "centre"];
        for (typed, meant) in [
            ("spaceing", Some("spacing")),
            ("Spacing", Some("spacing")),
            ("center", Some("centre")),
            ("siez", Some("size")),
            ("radius", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(typed, keys), meant, "{typed}");
        }
        assert_eq!(nearest("spinal-cord", ["spinal cord"]), Some("spinal cord"));
        assert_eq!(nearest("d", ["h", "s"]), None);
        assert_eq!(nearest(&"spacing".repeat(100_000), keys), None);
    }
}
