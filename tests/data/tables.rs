//! CSV and its kin.

use super::*;
use model_dojo::data::{Kind, info, rows};
use serde_json::json;

#[test]
fn real_tables_agree_with_python() {
    for (path, expected) in reference()["tables"].as_object().unwrap() {
        let info = info(&bundled(path));
        assert_eq!(info.kind, Kind::Table);
        assert_eq!(info.rows, expected["rows"], "{path}");
        assert_eq!(
            info.columns.len(),
            expected["columns"].as_object().unwrap().len()
        );
        assert!(info.warnings.is_empty(), "{path}: {:?}", info.warnings);
        for column in info.columns {
            let expected = &expected["columns"][&column.name];
            assert_eq!(
                column.missing, expected["missing"],
                "{path} {}",
                column.name
            );
            assert_eq!(
                column.distinct, expected["distinct"],
                "{path} {}",
                column.name
            );
            match (column.mean, expected["mean"].as_f64()) {
                (Some(mean), Some(expected)) => {
                    assert!(
                        (mean - expected).abs() < 1e-9 * expected.abs(),
                        "{}",
                        column.name
                    );
                }
                (mean, expected) => assert_eq!(mean, expected, "{path} {}", column.name),
            }
        }
    }
}

#[test]
fn a_first_line_of_counts_is_no_header() {
    for (path, count, width) in [
        ("iris", 150, 5),
        ("wine", 178, 14),
        ("breast_cancer", 569, 31),
    ] {
        let info = info(&bundled(&format!("tables/{path}.csv")));
        assert_eq!((info.rows, info.columns.len()), (count, width), "{path}");
        assert_eq!(info.columns[0].name, "column_1");
        assert!(
            info.columns.iter().all(|column| column.kind == "number"),
            "{path}"
        );
        assert!(info.warnings[0].contains("Line 1"), "{:?}", info.warnings);
    }
}

#[test]
fn the_delimiter_is_detected() {
    for delimiter in [",", ";", "\t", "|"] {
        let text = "a,b,c\n1.5,\"x, y; z | w\",3\n2,\"tab\there\",4\n".replace(',', delimiter);
        let table = table(&text);
        assert_eq!(names(&table), ["a", "b", "c"], "{delimiter:?}");
        assert_eq!(numbers(&table, "a"), [1.5, 2.0]);
    }
    let table = table("city;share\nRome;1,5\nOslo;2,5\n");
    assert_eq!(names(&table), ["city", "share"]);
}

#[test]
fn the_header_is_detected_and_can_be_set() {
    assert_eq!(names(&table("1,2\n3,4\n")), ["column_1", "column_2"]);
    assert_eq!(names(&table("a,b\n3,4\n")), ["a", "b"]);
    assert_eq!(
        names(&table("id,2019,2020\n7,1,2\n8,3,4\n")),
        ["id", "2019", "2020"]
    );
    assert_eq!(
        names(&table("yes,no\nno,no\nyes,no\n")),
        ["column_1", "column_2"]
    );
    assert_eq!(
        names(&table("text,label\ngood film,pos\nbad film,neg\n")),
        ["text", "label"]
    );
    let forced = |header| {
        let options = LoadOptions {
            header: Some(header),
            ..LoadOptions::default()
        };
        info(&load("t.csv", b"1,2\n3,4\n", &options).unwrap())
    };
    assert_eq!(forced(true).columns[1].name, "2");
    assert_eq!((forced(true).rows, forced(false).rows), (1, 2));
}

#[test]
fn names_are_made_unique() {
    let table = table("a,a,,a_2,a\n1,2,3,4,5\n");
    assert_eq!(names(&table), ["a", "a_2", "column_3", "a_2_2", "a_3"]);
    assert!(table.warnings[0].message.contains("a_2, a_2_2, a_3"));
}

#[test]
fn line_ends_marks_and_blanks_are_read() {
    let plain = table("a,b\n1,x\n2,y\n");
    for text in [
        "\u{FEFF}a,b\n1,x\n2,y\n",
        "a,b\r\n1,x\r\n2,y\r\n",
        "a,b\n\n1,x\n\n2,y",
        " a , b \n 1 , x \n 2 , y ",
    ] {
        assert_eq!(table(text), plain, "{text:?}");
    }
    let gaps = table("n,t\n1,NA\n?,x\nnan,null\n,\n-2e3,y\n");
    assert_eq!(numbers(&gaps, "n").iter().filter(|v| v.is_nan()).count(), 3);
    assert_eq!(gaps.columns[1].values.missing(), 3);
    let options = LoadOptions {
        missing: vec!["-9".to_string()],
        ..LoadOptions::default()
    };
    let info = info(&load("t.csv", b"n,t\n1,NA\n-9,-9\n", &options).unwrap());
    assert_eq!((info.columns[0].missing, info.columns[1].missing), (1, 1));
}

#[test]
fn ragged_lines_are_skipped_and_listed() {
    let table = table("a,b\r\n1,2\r\n3\r\n\r\n4,5\r\n6,7,8\r\n9,10\r\n11,12");
    assert_eq!(numbers(&table, "a"), [1.0, 4.0, 9.0, 11.0]);
    assert_eq!(table.warnings[0].lines, [3, 6]);
    assert!(
        table.warnings[0].message.contains("3, 6"),
        "{:?}",
        table.warnings
    );
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_line_only() {
    for broken in ["2,\"open", "\"2,open", "2,\"open \"\"x"] {
        let table = table(&format!("a,b\n1,x\n{broken}\n3,y\n4,\"q\nr\"\n5,z\n"));
        assert_eq!(numbers(&table, "a"), [1.0, 3.0, 4.0, 5.0], "{broken}");
        assert_eq!(table.warnings[0].lines, [3], "{broken}");
    }
    let last = table("a,b\n1,x\n2,y\n3,\"z");
    assert_eq!((last.rows(), &last.warnings[0].lines[..]), (2, &[4][..]));
    let good = table("a,b\n1,\"two\nlines\"\n2,\"a \"\"word\"\"\"");
    assert_eq!(good.columns[1].values.text(1).unwrap(), "a \"word\"");
    assert!(good.warnings.is_empty());
}

#[test]
fn a_text_far_below_numbers_makes_the_column_text() {
    let mut text = "a,b\n".to_string();
    (0..500).for_each(|i| text += &format!("{i},0{i}\n"));
    let table = table(&(text + "1,far\n"));
    assert_eq!(numbers(&table, "a").len(), 501);
    assert_eq!(table.columns[1].values.text(7).unwrap(), "07");
    assert_eq!(table.columns[1].values.text(500).unwrap(), "far");
}

#[test]
fn unusable_files_say_why() {
    says(read(""), &["test.csv", "empty"]);
    says(read("a,b\n"), &["no rows"]);
    says(read("\n\n\n"), &["empty"]);
    says(
        read("a,b\n1,2\n1,2,3\n1,2,3,4\n5\n1,2,3,4,5\n3,4\n"),
        &["Only", "fields", "delimiter"],
    );
    let options = LoadOptions {
        delimiter: Some('、'),
        ..LoadOptions::default()
    };
    says(load("t.csv", b"a", &options), &["delimiter", "ASCII"]);
}

#[test]
fn rows_are_shown_as_people_read_them() {
    let loaded = read("a,b\n1,x\n2.50,NA\n,\"1,5\"\n").unwrap();
    assert_eq!(
        rows(&loaded, 0, 2).unwrap(),
        json!([["1", "x"], ["2.5", null]])
    );
    assert_eq!(rows(&loaded, 2, 99).unwrap(), json!([[null, "1,5"]]));
    assert_eq!(rows(&loaded, 7, 1).unwrap(), json!([]));
    let info = serde_json::to_value(info(&loaded)).unwrap();
    assert_eq!(info["kind"], "table");
    assert_eq!(
        info["columns"][0],
        json!({"name": "a", "type": "number", "missing": 1, "min": 1.0,
        "max": 2.5, "mean": 1.75, "distinct": 2, "examples": ["1", "2.5"]})
    );
}

#[test]
fn numbers_can_mean_missing() {
    let options = LoadOptions {
        missing: vec!["-999".to_string(), "n/a".to_string()],
        ..LoadOptions::default()
    };
    let loaded = load(
        "marks",
        b"a,b\n1,-999\nN/A,2.5\n-999,1e3\n 4 ,-0\n",
        &options,
    )
    .unwrap();
    let Loaded::Table(table) = loaded else {
        panic!("no table");
    };
    let numbers = |index: usize| match &table.columns[index].values {
        Values::Number(values) => values
            .iter()
            .map(|v| Some(*v).filter(|v| !v.is_nan()))
            .collect(),
        Values::Text(_) => vec![],
    };
    assert_eq!(numbers(0), [Some(1.0), None, None, Some(4.0)]);
    assert_eq!(numbers(1), [None, Some(2.5), Some(1000.0), Some(-0.0)]);
}

#[test]
fn different_values_are_counted_to_ten_thousand() {
    let lines: String = (0..12_000).map(|i| format!("{i},{}\n", i % 7)).collect();
    let info = info(
        &load(
            "ids",
            format!("id,day\n{lines}").as_bytes(),
            &LoadOptions::default(),
        )
        .unwrap(),
    );
    let distinct: Vec<usize> = info.columns.iter().map(|column| column.distinct).collect();
    assert_eq!((info.rows, distinct), (12_000, vec![10_000, 7]));
}
