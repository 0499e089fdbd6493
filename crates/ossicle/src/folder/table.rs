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

use super::csv_text::{Table, shortest};
use crate::readout::{COLUMNS, Column, Readout, columns};

/// The rows as comma-separated values under the names of the columns; a cell is empty where a
/// movement has no value.
pub(super) fn csv(rows: &[Readout], columns: &[&Column]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| column.name))?;
    for row in rows {
        let cell = |column: &&Column| match column.of(row) {
            value if value.is_nan() && column.is_optional() => String::new(),
            value => shortest(value),
        };
        writer.write_record(columns.iter().map(cell))?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The rows that [`csv()`] wrote, or what is wrong with the text: found, and expected.
pub(super) fn from_csv(text: &[u8]) -> Result<Vec<Readout>, [String; 2]> {
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    let mut table = Table::of(text, &names)?;
    // The movements of the joint follow.
    let movements: Vec<&str> =
        table.header().iter().filter_map(|name| name.strip_suffix("_deg")).collect();
    let columns = columns(&movements);
    table.expect(&columns.iter().map(|column| column.name).collect::<Vec<_>>())?;
    table.rows(|cells, line| {
        let mut row = Readout::default();
        for (column, text) in columns.iter().zip(cells) {
            if text.is_empty() && column.is_optional() {
                continue;
            }
            let value = text.parse().map_err(|_| {
                [format!("{text:?} as {} in line {line}", column.name), "a number".to_owned()]
            })?;
            column.put(&mut row, value);
        }
        Ok(row)
    })
}

/// What each column means: its name, unit and meaning, as comma-separated values.
pub(super) fn dictionary(columns: &[&Column]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["name", "unit", "meaning"])?;
    for column in columns {
        writer.write_record([column.name, column.unit, column.meaning])?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The rows as Parquet: the same columns, each of double precision.
///
/// A movement without a value is null.
pub(super) fn parquet(rows: &[Readout], columns: &[&Column]) -> io::Result<Vec<u8>> {
    parquet_bytes(rows, columns).map_err(io::Error::other)
}

fn parquet_bytes(rows: &[Readout], columns: &[&Column]) -> Result<Vec<u8>, ParquetError> {
    let types = columns.iter().map(|column| {
        let repetition =
            if column.is_optional() { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let column = Type::primitive_type_builder(column.name, Physical::DOUBLE)
            .with_repetition(repetition)
            .build()?;
        Ok(Arc::new(column))
    });
    let types = types.collect::<Result<Vec<_>, ParquetError>>()?;
    let schema = Type::group_type_builder("timeseries").with_fields(types).build()?;
    let meanings = columns.iter().flat_map(|column| {
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
    for column in columns {
        let mut values: Vec<f64> = rows.iter().map(|row| column.of(row)).collect();
        let levels = column.is_optional().then(|| {
            let levels: Vec<i16> = values.iter().map(|value| i16::from(!value.is_nan())).collect();
            values.retain(|value| !value.is_nan());
            levels
        });
        if let Some(mut writer) = group.next_column()? {
            writer.typed::<DoubleType>().write_batch(&values, levels.as_deref(), None)?;
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
    use crate::folder::testing::{Folder, rows, told};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    /// The bits of every value of every row.
    fn bits(rows: &[Readout]) -> Vec<u64> {
        rows.iter().flat_map(|row| told().into_iter().map(|c| c.of(row).to_bits())).collect()
    }

    #[test]
    fn rows_come_back_from_text_to_the_last_bit() {
        let mut rows = rows(541);
        rows[3].max_hu = f64::NEG_INFINITY;
        rows[4].pain = -0.0;
        let text = String::from_utf8(csv(&rows, &told()).unwrap()).unwrap();
        assert!(text.starts_with("day,bone_volume_mm3,mineral_mg,osteoid_mm3,cartilage_mm3,"));
        assert_eq!(text.lines().count(), 542);
        assert_eq!(bits(&from_csv(text.as_bytes()).unwrap()), bits(&rows));
        assert_eq!(from_csv(&csv(&[], &told()).unwrap()).unwrap(), []);
        // A joint without movements, or one that nobody has looked at yet.
        let without = csv(&rows[2..], &columns(&[])).unwrap();
        assert!(!String::from_utf8_lossy(&without).contains("flexion"));
        assert!(from_csv(&without).unwrap().iter().all(|row| row.flexion_deg.is_none()));
        assert!(text.lines().nth(1).is_some_and(|first| first.ends_with(",,")), "{text:.900}");
    }

    #[test]
    fn tables_of_another_shape_are_refused_with_the_place() {
        let text = String::from_utf8(csv(&rows(3), &told()).unwrap()).unwrap();
        let [found, expected] =
            from_csv(text.replacen("mineral_mg", "mineral_g", 1).as_bytes()).unwrap_err();
        assert!(found.contains("mineral_g,") && expected.contains("mineral_mg,"), "{found}");
        let [found, expected] =
            from_csv(text.replacen("flexion_deg", "bending_deg", 1).as_bytes()).unwrap_err();
        assert!(found.contains("bending_deg") && !expected.contains("bending"), "{found}");
        let [found, _] = from_csv(text.replacen("0,", ",", 1).as_bytes()).map(|_| ()).unwrap_err();
        assert!(found.starts_with("\"\" as day"), "{found}");
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
        let text = dictionary(&told()).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_slice());
        let found: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let expected: Vec<Vec<String>> =
            told().iter().map(|c| [c.name, c.unit, c.meaning].map(str::to_owned).into()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn parquet_holds_the_same_bits_with_their_units() {
        let rows = rows(541);
        let folder = Folder::new("parquet");
        let path = folder.path().join("rows.parquet");
        std::fs::write(&path, parquet(&rows, &told()).unwrap()).unwrap();
        let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
        let metadata = reader.metadata().file_metadata();
        assert_eq!(metadata.num_rows(), 541);
        let meaning = |key: &str| {
            let pairs = metadata.key_value_metadata().unwrap();
            pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone()).unwrap()
        };
        assert_eq!(meaning("bone_volume_mm3.unit"), "mm3");
        assert_eq!(meaning("alp_rel.meaning"), "serum alkaline phosphatase relative to normal");
        let mut found = Vec::new();
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            // What nobody has looked at is null.
            let value = |n: usize| row.get_double(n).unwrap_or(f64::NAN).to_bits();
            found.extend((0..told().len()).map(value));
            assert_eq!(row.get_double(COLUMNS.len()).is_err(), found.len() <= 2 * told().len());
        }
        assert_eq!(found, bits(&rows));
    }
}
