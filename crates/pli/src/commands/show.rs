//! Laying JSON out for people: columns as wide as their widest value, no frame, nothing to parse.

use serde_json::Value;

/// One line an object of the array, one column a (title, key).
pub fn table(rows: &Value, columns: &[(&str, &str)]) -> String {
    let rows: Vec<Vec<String>> = rows
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| columns.iter().map(|(_, key)| word(row.get(*key).unwrap_or(&Value::Null))).collect())
        .collect();
    if rows.is_empty() {
        return "(rien)".to_owned();
    }
    let titles: Vec<String> = columns.iter().map(|(title, _)| (*title).to_owned()).collect();
    let widths: Vec<usize> =
        (0..columns.len()).map(|i| rows.iter().chain([&titles]).map(|row| row[i].chars().count()).max().unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    [&titles].into_iter().chain(&rows).map(line).collect::<Vec<_>>().join("\n")
}

/// One line a field of the object.
pub fn facts(value: &Value) -> String {
    let Some(fields) = value.as_object() else { return word(value) };
    let width = fields.keys().map(String::len).max().unwrap_or(0);
    fields.iter().map(|(key, value)| format!("{key:<width$}  {}", word(value))).collect::<Vec<_>>().join("\n")
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "oui".to_owned(),
        Value::Bool(false) => "non".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => values.iter().map(word).collect::<Vec<_>>().join(", "),
        // Authors are the objects people meet: their number is what they look for.
        Value::Object(object) => object.get("id").map_or_else(|| value.to_string(), word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_line_up_and_nothing_is_a_dash() {
        let rows = json!([{"a": "é", "n": 12}, {"a": "longer", "n": null}]);
        assert_eq!(table(&rows, &[("NOM", "a"), ("N", "n")]), "NOM     N\né       12\nlonger  –");
        assert_eq!(table(&json!([]), &[("NOM", "a")]), "(rien)");
    }
}
