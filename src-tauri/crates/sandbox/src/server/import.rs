//! The upload of an import job: what S3 would do at the address that the job was given.

use std::fmt::Write;

use crate::directory::import::{Status, UPLOAD_MS, Upload};
use crate::protocol::{Answer, PageRequest};
use crate::sandbox::Sandbox;

/// The header that belongs to the signature.
const ENCRYPTION: &str = "aws:kms";

/// Takes a file by PUT.
pub(crate) fn answer(sandbox: &Sandbox, request: &PageRequest, pool: &str, job: &str) -> Answer {
    if request.method != "PUT" {
        return refused(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
    }
    let now_ms = sandbox.moment().now_ms;
    let mut world = sandbox.world();
    let job = world.pools.get_mut(pool).and_then(|pool| pool.resources.imports.get_mut(job));
    let Some(job) = job else {
        return refused(404, "NoSuchKey", "The specified key does not exist.");
    };
    let mut query = form_urlencoded::parse(request.query.as_bytes());
    let signature = query.find(|(name, _)| name == "X-Amz-Signature").map(|(_, value)| value);
    if signature.as_deref() != Some(&job.signature) || request.encryption.as_deref() != Some(ENCRYPTION) {
        let message = "The request signature we calculated does not match the signature you provided.";
        return refused(403, "SignatureDoesNotMatch", message);
    }
    if now_ms - job.created_ms > UPLOAD_MS {
        return refused(403, "AccessDenied", "Request has expired");
    }
    if job.status != Status::Created {
        return refused(403, "AccessDenied", "Access Denied");
    }
    job.upload = Some(match std::str::from_utf8(&request.body) {
        Ok(text) => Upload::Text(text.to_owned()),
        Err(_) => Upload::Unreadable,
    });
    Answer::page(200, "application/xml", "")
        .with("etag", format!("\"{}\"", mark(&request.body)))
        .with("x-amz-server-side-encryption", ENCRYPTION)
}

fn mark(body: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(body).iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn refused(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Answer::page(status, "application/xml", body)
}
