//! Finding what was meant by a name that is not known.

/// Up to three of `known` that are most like `found`, the best first; none that
/// shares less than half its letters.
pub(crate) fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut ranked: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (edits(found, name), name))
        .filter(|(edits, name)| 2 * edits <= name.len().max(found.len()))
        .collect();
    ranked.sort();
    ranked.truncate(3);
    ranked.into_iter().map(|(_, name)| name.to_owned()).collect()
}

/// How a message goes on after an unknown name: what may have been meant, else
/// what there is.
pub(crate) fn suggestion(nearest: &[String], all: &str) -> String {
    if nearest.is_empty() {
        all.to_owned()
    } else {
        format!("did you mean {}?", nearest.join(", "))
    }
}

/// Letters to insert, delete or replace to turn one name into the other
/// (Levenshtein), upper and lower case alike.
fn edits(a: &str, b: &str) -> usize {
    let fold = |s: &str| -> Vec<char> { s.chars().flat_map(char::to_lowercase).collect() };
    let (a, b) = (fold(a), fold(b));
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, expected) in
            [("", "abc", 3), ("kitten", "sitting", 3), ("Psoas", "psoas", 0), ("ab", "ba", 2)]
        {
            assert_eq!((edits(a, b), edits(b, a)), (expected, expected), "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_names_come_first_and_strangers_not_at_all() {
        let known = ["gluteus_maximus_left", "gluteus_medius_left", "iliopsoas_left", "fat"];
        assert_eq!(nearest("gluteus_medus_left", known)[0], "gluteus_medius_left");
        assert!(nearest("pancreas", known).is_empty());
    }
}
