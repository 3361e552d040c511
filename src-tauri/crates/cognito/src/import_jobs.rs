//! Cognito's own import of users: a job, a file that is put where S3 says, the start, and how far it has come.

use std::fs::File;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_cognitoidentityprovider::operation::RequestId;
use aws_sdk_cognitoidentityprovider::types::{PasswordHashingAlgorithmType, UserImportJobType};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::timeout::TimeoutConfig;
use model::PoolId;
use model::import::HashAlgorithm;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tracing::Instrument;

use crate::error::{Context, Error, ErrorKind};
use crate::gate::{Again, Failure};
use crate::http::UPLOAD_TIMEOUT;
use crate::{Intent, Session, operations};

/// Imports that are looked at.
const NEWEST: i32 = 10;

/// An import as it is described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportStatus {
    /// Names it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `Created`, `Pending`, `InProgress`, `Stopping`, `Stopped`, `Succeeded`, `Failed`, `Expired` or what AWS adds.
    pub status: String,
    /// Users who were imported so far.
    pub imported: u64,
    /// Users who were left out because they exist.
    pub skipped: u64,
    /// Users who could not be imported.
    pub failed: u64,
    /// What AWS says about its end; `None` before.
    pub message: Option<String>,
}

impl ImportStatus {
    /// Whether nothing more will come of it.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.status.as_str(), "Stopped" | "Succeeded" | "Failed" | "Expired")
    }
}

/// A job that waits for its file.
#[derive(Debug)]
pub struct NewImport {
    /// The job.
    pub status: ImportStatus,
    /// Where the file is put; whoever has it may write there for a quarter of an hour.
    pub upload: SecretString,
    /// AWS's id of the request; `None` when none was told.
    pub request_id: Option<String>,
}

impl Session {
    /// The columns that an import into the pool must have (`GetCSVHeader`; IAM `cognito-idp:GetCSVHeader`; quota
    /// `UserPoolResourceRead`; free).
    ///
    /// # Errors
    /// As [`Session::users`].
    pub async fn csv_header(&self, pool: &PoolId) -> Result<Vec<String>, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::GET_CSV_HEADER) };
        let send = || self.cognito().get_csv_header().user_pool_id(pool.as_str()).send();
        let span = tracing::debug_span!("cognito.get_csv_header", pool.id = %pool);
        Ok(self.call(&context, send).instrument(span).await?.csv_header.unwrap_or_default())
    }

    /// Makes an import (`CreateUserImportJob`; IAM `cognito-idp:CreateUserImportJob` and `iam:PassRole`; quota
    /// `UserPoolResourceUpdate`; free). Not repeated by itself.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`] when no answer came: a job that waits for a file forever harms nothing.
    /// [`ErrorKind::Refused`] when the pool verifies nothing; what [`Error`] tells.
    pub async fn create_import(
        &self,
        pool: &PoolId,
        name: &str,
        role_arn: &str,
        hashes: Option<HashAlgorithm>,
        intent: Intent<'_>,
    ) -> Result<NewImport, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::CREATE_USER_IMPORT_JOB) };
        let algorithm = hashes.map(|hashes| PasswordHashingAlgorithmType::from(hashes.as_str()));
        let send = || {
            let create = self.cognito().create_user_import_job().user_pool_id(pool.as_str()).job_name(name);
            create.cloud_watch_logs_role_arn(role_arn).set_password_hashing_algorithm(algorithm.clone()).send()
        };
        let span = tracing::debug_span!("cognito.create_user_import_job", pool.id = %pool);
        let answer = self.write(&context, intent, send).instrument(span).await?;
        let request_id = answer.request_id().map(str::to_owned);
        let job = answer.user_import_job.ok_or_else(|| no_job(&context))?;
        let upload = job.pre_signed_url.clone().ok_or_else(|| no_job(&context))?;
        Ok(NewImport { status: read(job, &context)?, upload: upload.into(), request_id })
    }

    /// Puts a file where the job wants it (`PUT` to S3 with the signed header; needs no permission; free). The file is
    /// streamed from its beginning, whatever its handle has read or written. Repeated where the network failed.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] when the address has expired (a quarter of an hour) or the answer is no success;
    /// [`ErrorKind::Unreachable`]; [`ErrorKind::Config`] when the file cannot be read.
    pub async fn upload_import(&self, pool: &PoolId, upload: &SecretString, file: &File) -> Result<(), Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::UPLOAD_IMPORT) };
        let refused = |message: &str| Error::new(ErrorKind::Refused, message).of(&context);
        let (base, path) = split(upload.expose_secret())
            .ok_or_else(|| refused("AWS named no address that a file could be put to."))?;
        let in_process = self.in_process();
        let timeouts = TimeoutConfig::builder().read_timeout(UPLOAD_TIMEOUT).operation_attempt_timeout(UPLOAD_TIMEOUT);
        let operation = Operation::builder()
            .service_name("s3")
            .operation_name("upload")
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.http_client())
            .endpoint_url(&base)
            .no_auth()
            .no_retry()
            .timeout_config(timeouts.connect_timeout(Duration::from_secs(5)).build())
            .serializer(move |body: SdkBody| prepared(&path, body).map_err(Into::into))
            .deserializer(|response: &HttpResponse| Ok::<_, OrchestratorError<Never>>(response.status().as_u16()))
            .build();
        let once = || async {
            let body = body(file, in_process).await.map_err(|error| {
                let message = format!("The file of the import cannot be read: {error}.");
                Failure { error: Error::new(ErrorKind::Config, message).of(&context), again: Again::Never }
            })?;
            let status = operation.invoke(body).await.map_err(|error: SdkError<Never, HttpResponse>| {
                let passes = matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_));
                let message = "The file could not be brought to S3. Check the network and the proxy (HTTPS_PROXY).";
                let again = if passes { Again::Unreachable } else { Again::Never };
                Failure { error: Error::new(ErrorKind::Unreachable, message).of(&context), again }
            })?;
            if (200..300).contains(&status) {
                return Ok(());
            }
            let message =
                format!("S3 refused the file ({status}): the address holds for a quarter of an hour. Import again.");
            Err(Failure { error: refused(&message), again: Again::Never })
        };
        self.gate().run(&self.lane(), &context, once).await
    }

    /// Starts an import that has its file (`StartUserImportJob`; IAM `cognito-idp:StartUserImportJob`; quota
    /// `UserPoolResourceUpdate`; makes nobody active). Not repeated by itself.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`] when no answer came; [`ErrorKind::Refused`] while another import runs in the account.
    pub async fn start_import(&self, pool: &PoolId, id: &str, intent: Intent<'_>) -> Result<Option<String>, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::START_USER_IMPORT_JOB) };
        let send = || self.cognito().start_user_import_job().user_pool_id(pool.as_str()).job_id(id).send();
        let answer = self.write(&context, intent, send).await?;
        Ok(answer.request_id().map(str::to_owned))
    }

    /// Stops an import; who is in stays (`StopUserImportJob`; IAM `cognito-idp:StopUserImportJob`; quota
    /// `UserPoolResourceUpdate`; free).
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] when it does not run.
    pub async fn stop_import(&self, pool: &PoolId, id: &str, intent: Intent<'_>) -> Result<Option<String>, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::STOP_USER_IMPORT_JOB) };
        let send = || self.cognito().stop_user_import_job().user_pool_id(pool.as_str()).job_id(id).send();
        let answer = self.write(&context, intent, send).await?;
        Ok(answer.request_id().map(str::to_owned))
    }

    /// The newest imports that the pool knows of, the newest first, ten at most (`ListUserImportJobs`; IAM
    /// `cognito-idp:ListUserImportJobs`; quota `UserPoolResourceRead`, 5 a second for one pool; free).
    ///
    /// # Errors
    /// As [`Session::users`].
    pub async fn newest_imports(&self, pool: &PoolId) -> Result<Vec<ImportStatus>, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::LIST_USER_IMPORT_JOBS) };
        let send = || self.cognito().list_user_import_jobs().user_pool_id(pool.as_str()).max_results(NEWEST).send();
        let answer = self.call(&context, send).await?;
        let mut jobs = answer.user_import_jobs.unwrap_or_default();
        jobs.sort_by_key(|job| std::cmp::Reverse(job.creation_date.as_ref().map(DateTime::as_nanos)));
        jobs.into_iter().map(|job| read(job, &context)).collect()
    }

    /// How far an import has come (`DescribeUserImportJob`; IAM `cognito-idp:DescribeUserImportJob`; quota
    /// `UserPoolResourceRead`, 5 a second for one pool; free).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such import.
    pub async fn import_status(&self, pool: &PoolId, id: &str) -> Result<ImportStatus, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::DESCRIBE_USER_IMPORT_JOB) };
        let send = || self.cognito().describe_user_import_job().user_pool_id(pool.as_str()).job_id(id).send();
        let answer = self.call(&context, send).await?;
        read(answer.user_import_job.ok_or_else(|| no_job(&context))?, &context)
    }
}

/// Nothing that S3 says is an error of the exchange.
#[derive(Debug, thiserror::Error)]
#[error("never")]
enum Never {}

fn no_job(context: &Context) -> Error {
    Error::new(ErrorKind::WrongRegionOrEndpoint, "The answer holds no import; is the endpoint Cognito's?").of(context)
}

fn read(job: UserImportJobType, context: &Context) -> Result<ImportStatus, Error> {
    let number = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(ImportStatus {
        id: job.job_id.ok_or_else(|| no_job(context))?,
        name: job.job_name.unwrap_or_default(),
        status: job.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        imported: number(job.imported_users),
        skipped: number(job.skipped_users),
        failed: number(job.failed_users),
        message: job.completion_message,
    })
}

/// Scheme and host, and the rest with its signature.
fn split(url: &str) -> Option<(String, String)> {
    let after = url.find("://")? + 3;
    let slash = after + url[after..].find('/')?;
    Some((url[..slash].to_owned(), url[slash..].to_owned()))
}

fn prepared(path: &str, body: SdkBody) -> Result<HttpRequest, OrchestratorError<Never>> {
    let length = body.content_length();
    let mut request = HttpRequest::new(body);
    request.set_method("PUT").map_err(OrchestratorError::other)?;
    request.set_uri(path).map_err(OrchestratorError::other)?;
    // It belongs to the signature.
    request.headers_mut().insert("x-amz-server-side-encryption", "aws:kms");
    if let Some(length) = length {
        request.headers_mut().insert("content-length", length.to_string());
    }
    Ok(request)
}

/// The file as it is sent. The sandbox within this process takes no stream.
async fn body(file: &File, whole: bool) -> Result<SdkBody, std::io::Error> {
    let mut file = tokio::fs::File::from_std(file.try_clone()?);
    file.rewind().await?;
    if whole {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).await?;
        return Ok(SdkBody::from(bytes));
    }
    let stream = ByteStream::read_from().file(file).build().await;
    Ok(stream.map_err(std::io::Error::other)?.into_inner())
}
