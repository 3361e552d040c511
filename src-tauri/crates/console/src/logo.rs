//! The file of a logo for the classic hosted pages.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::Error;

/// How large it may be, in bytes.
const LARGEST: u64 = 100_000;

/// What is in the file of a picture that Cognito takes for a logo: PNG or JPEG, 100 KB at most.
///
/// # Errors
/// [`Code::Validation`](crate::Code::Validation) on `logo` for what cannot be read, is none of them, or is too large.
pub fn read_logo(path: &Path) -> Result<Vec<u8>, Error> {
    let unreadable = |error: std::io::Error| Error::invalid("logo", format!("The picture cannot be read: {error}."));
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        let message = "The picture is larger than 100 KB, which is the most that Cognito takes.";
        return Err(Error::invalid("logo", message));
    }
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") && !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        let message = "This is neither PNG nor JPEG, and Cognito takes nothing else for a logo.";
        return Err(Error::invalid("logo", message));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_picture_that_cognito_takes_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logo");
        let said = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read_logo(&path).map(|bytes| bytes.len()).map_err(|error| error.message)
        };
        assert_eq!(said(b"\x89PNG\r\n\x1a\nrest"), Ok(12));
        assert_eq!(said(&[0xff, 0xd8, 0xff, 0xe0]), Ok(4));
        assert!(said(b"<svg>").unwrap_err().contains("neither PNG nor JPEG"));
        assert!(said(&[0; 100_001]).unwrap_err().contains("larger than 100 KB"));
        assert!(read_logo(&folder.path().join("none")).unwrap_err().message.contains("cannot be read"));
    }
}
