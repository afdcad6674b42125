//! One text in a ZIP: the same text at the same moment gives the same bytes. It reads no clock: the time inside is the one it is given.

use std::io::{Cursor, Write};

use rules::Moment;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::{Error, Result};

pub(crate) fn zip(name: &str, text: &[u8], at: Moment) -> Result<Vec<u8>> {
    let broken = |error: &dyn std::fmt::Display| Error::Archive(error.to_string());
    let paris = at.paris();
    let part = |value: i8| value.unsigned_abs();
    let time = zip::DateTime::from_date_and_time(
        paris.year().unsigned_abs(),
        part(paris.month()),
        part(paris.day()),
        part(paris.hour()),
        part(paris.minute()),
        0,
    )
    .map_err(|error| broken(&error))?;
    let options =
        SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(time).unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, options).map_err(|error| broken(&error))?;
    archive.write_all(text).map_err(|error| broken(&error))?;
    Ok(archive.finish().map_err(|error| broken(&error))?.into_inner())
}
