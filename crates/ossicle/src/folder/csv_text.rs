//! Comma-separated values that read back as they were written.

/// The shortest decimal number that reads back as `value`.
pub(super) fn shortest(value: f64) -> String {
    let (plain, scientific) = (format!("{value}"), format!("{value:e}"));
    // Very small and very large numbers are long runs of zeros otherwise.
    if plain.len() > scientific.len() + 4 { scientific } else { plain }
}

/// A text of comma-separated values that is read. What is wrong with one is told as what was
/// found, and what was expected.
pub(super) struct Table<'a> {
    reader: csv::Reader<&'a [u8]>,
    header: Vec<String>,
}

impl<'a> Table<'a> {
    /// Reads the header of a text; `names` are the columns that it has at least.
    pub(super) fn of(text: &'a [u8], names: &[impl AsRef<str>]) -> Result<Self, [String; 2]> {
        let mut reader = csv::Reader::from_reader(text);
        let unreadable = |error: csv::Error| [error.to_string(), listed(names)];
        let header = reader.headers().map_err(unreadable)?;
        let header = header.iter().map(str::to_owned).collect();
        Ok(Self { reader, header })
    }

    /// The names of its columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// Refuses other columns than these.
    pub(super) fn expect(&self, names: &[impl AsRef<str>]) -> Result<(), [String; 2]> {
        if self.header.iter().map(String::as_str).eq(names.iter().map(AsRef::as_ref)) {
            return Ok(());
        }
        Err([format!("the columns {}", listed(&self.header)), listed(names)])
    }

    /// What `row` makes of the cells of each line, given its number.
    pub(super) fn rows<T>(
        &mut self,
        row: impl Fn(&csv::StringRecord, u64) -> Result<T, [String; 2]>,
    ) -> Result<Vec<T>, [String; 2]> {
        let header = &self.header;
        let records = self.reader.records().map(|record| {
            let record = record.map_err(|error| [error.to_string(), listed(header)])?;
            row(&record, record.position().map_or(0, csv::Position::line))
        });
        records.collect()
    }
}

fn listed(names: &[impl AsRef<str>]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_short_as_it_reads_back() {
        for (value, text) in [
            (42.0, "42"),
            (-0.0, "-0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e-7, "1e-7"),
            (0.001, "0.001"),
            (1e300, "1e300"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        ] {
            assert_eq!(shortest(value), text);
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
    }
}
