//! The time series as tables.

use std::io;
use std::sync::Arc;

use parquet::basic::{Compression, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::DoubleType;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::readout::{COLUMNS, Readout};

/// The rows as comma-separated values under the names of the columns.
///
/// Each number is the shortest that reads back as the same.
pub(super) fn csv(rows: &[Readout]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.iter().map(|column| column.name))?;
    for row in rows {
        writer.write_record(COLUMNS.iter().map(|column| shortest(column.of(row))))?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The shortest decimal number that reads back as `value`.
pub(super) fn shortest(value: f64) -> String {
    let (plain, scientific) = (format!("{value}"), format!("{value:e}"));
    // Very small and very large numbers are long runs of zeros otherwise.
    if plain.len() > scientific.len() + 4 { scientific } else { plain }
}

/// The rows that [`csv()`] wrote, or what is wrong with the text: found, and expected.
pub(super) fn from_csv(text: &[u8]) -> Result<Vec<Readout>, [String; 2]> {
    let mut reader = csv::Reader::from_reader(text);
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    let unreadable = |error: csv::Error| [error.to_string(), names.join(",")];
    let header = reader.headers().map_err(unreadable)?;
    if header != names {
        let header: Vec<&str> = header.iter().collect();
        return Err([format!("the columns {}", header.join(",")), names.join(",")]);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let mut row = Readout::default();
        for (column, text) in COLUMNS.iter().zip(&record) {
            let value = text.parse().map_err(|_| {
                let line = record.position().map_or(0, csv::Position::line);
                [format!("{text:?} as {} in line {line}", column.name), "a number".to_owned()]
            })?;
            column.put(&mut row, value);
        }
        rows.push(row);
    }
    Ok(rows)
}

/// What each column means: its name, unit and meaning, as comma-separated values.
pub(super) fn dictionary() -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["name", "unit", "meaning"])?;
    for column in COLUMNS {
        writer.write_record([column.name, column.unit, column.meaning])?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The rows as Parquet: the same columns, each of double precision.
pub(super) fn parquet(rows: &[Readout]) -> io::Result<Vec<u8>> {
    parquet_bytes(rows).map_err(io::Error::other)
}

fn parquet_bytes(rows: &[Readout]) -> Result<Vec<u8>, ParquetError> {
    let columns = COLUMNS.iter().map(|column| {
        let column = Type::primitive_type_builder(column.name, Physical::DOUBLE)
            .with_repetition(Repetition::REQUIRED)
            .build()?;
        Ok(Arc::new(column))
    });
    let columns = columns.collect::<Result<Vec<_>, ParquetError>>()?;
    let schema = Type::group_type_builder("timeseries").with_fields(columns).build()?;
    let meanings = COLUMNS.iter().flat_map(|column| {
        [("unit", column.unit), ("meaning", column.meaning)]
            .map(|(what, text)| KeyValue::new(format!("{}.{what}", column.name), text.to_owned()))
    });
    let properties = WriterProperties::builder()
        .set_created_by(format!("ossicle {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_key_value_metadata(Some(meanings.collect()))
        .build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for column in COLUMNS {
        let values: Vec<f64> = rows.iter().map(|row| column.of(row)).collect();
        if let Some(mut writer) = group.next_column()? {
            writer.typed::<DoubleType>().write_batch(&values, None, None)?;
            writer.close()?;
        }
    }
    group.close()?;
    file.close()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::testing::{Folder, rows};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    /// The bits of every value of every row.
    fn bits(rows: &[Readout]) -> Vec<u64> {
        rows.iter().flat_map(|row| COLUMNS.iter().map(|c| c.of(row).to_bits())).collect()
    }

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

    #[test]
    fn rows_come_back_from_text_to_the_last_bit() {
        let mut rows = rows(541);
        rows[3].max_hu = f64::NEG_INFINITY;
        rows[4].pain = -0.0;
        let text = String::from_utf8(csv(&rows).unwrap()).unwrap();
        assert!(text.starts_with("day,bone_volume_mm3,mineral_mg,osteoid_mm3,cartilage_mm3,"));
        assert_eq!(text.lines().count(), 542);
        assert_eq!(bits(&from_csv(text.as_bytes()).unwrap()), bits(&rows));
        assert_eq!(from_csv(&csv(&[]).unwrap()).unwrap(), []);
    }

    #[test]
    fn tables_of_another_shape_are_refused_with_the_place() {
        let text = String::from_utf8(csv(&rows(3)).unwrap()).unwrap();
        let [found, expected] =
            from_csv(text.replacen("mineral_mg", "mineral_g", 1).as_bytes()).unwrap_err();
        assert!(found.contains("mineral_g,") && expected.contains("mineral_mg,"), "{found}");
        let third = text.lines().nth(2).unwrap();
        let damaged = text.replace(third, &third.replacen("1,", "one,", 1));
        let [found, expected] = from_csv(damaged.as_bytes()).unwrap_err();
        assert_eq!((found.as_str(), expected.as_str()), ("\"one\" as day in line 3", "a number"));
        let cut = &text[..text.len() - text.lines().last().unwrap().len() / 2];
        assert!(from_csv(cut.as_bytes()).is_err());
        assert!(from_csv(b"").is_err());
    }

    #[test]
    fn the_dictionary_tells_every_column() {
        let text = dictionary().unwrap();
        let mut reader = csv::Reader::from_reader(text.as_slice());
        let found: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let expected: Vec<Vec<String>> =
            COLUMNS.iter().map(|c| [c.name, c.unit, c.meaning].map(str::to_owned).into()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn parquet_holds_the_same_bits_with_their_units() {
        let rows = rows(541);
        let folder = Folder::new("parquet");
        let path = folder.path().join("rows.parquet");
        std::fs::write(&path, parquet(&rows).unwrap()).unwrap();
        let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
        let metadata = reader.metadata().file_metadata();
        assert_eq!(metadata.num_rows(), 541);
        let told = |key: &str| {
            let pairs = metadata.key_value_metadata().unwrap();
            pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone()).unwrap()
        };
        assert_eq!(told("bone_volume_mm3.unit"), "mm3");
        assert_eq!(told("alp_rel.meaning"), "serum alkaline phosphatase relative to normal");
        let mut found = Vec::new();
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            found.extend((0..COLUMNS.len()).map(|n| row.get_double(n).unwrap().to_bits()));
        }
        assert_eq!(found, bits(&rows));
    }
}
