//! The smallest PDF that readers open: one page of text in Helvetica (ISO 32000-1, version 1.4).

use std::fmt::Write as _;

/// Characters a line, lines a page.
const WIDTH: usize = 90;
const LINES: usize = 52;

/// A page with a title and a text.
pub(super) fn page(title: &str, text: &str) -> Vec<u8> {
    let mut content = format!("BT /F1 14 Tf 50 790 Td ({}) Tj /F1 10 Tf 0 -24 Td 14 TL\n", escaped(title));
    for line in text.lines().flat_map(wrapped).take(LINES) {
        let _ = writeln!(content, "({}) Tj T*", escaped(&line));
    }
    content.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        let _ = writeln!(table, "{:010} 00000 n ", pdf.len());
        let _ = write!(pdf, "{number} 0 obj\n{object}\nendobj\n");
    }
    let at = pdf.len();
    let _ = write!(pdf, "{table}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n", objects.len() + 1);
    pdf.into_bytes()
}

/// A PDF string: Latin-1 as octal escapes, so that the file is ASCII and its offsets are those of the text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '(' | ')' | '\\' => out.extend(['\\', character]),
            ' '..='~' => out.push(character),
            other => {
                let code = u8::try_from(u32::from(other)).unwrap_or(b'?');
                let _ = write!(out, "\\{code:03o}");
            }
        }
    }
    out
}

fn wrapped(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        if lines.last().is_some_and(|last| !last.is_empty() && last.chars().count() + word.chars().count() >= WIDTH) {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}
