//! Sending a request, again where that makes sense.

use std::time::Duration;

use egress::{Request, Response};
use http::Method;

use super::answer::{self, Answer};
use super::request;
use crate::{Inputs, Output, Run, Severity, StepError};

pub async fn plain(run: &mut Run, inputs: &Inputs, method: Method) -> Result<Output, StepError> {
    let request = request::plain(run, inputs, method)?;
    exchange(run, inputs, request).await
}

pub async fn form(run: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let request = request::form(run, inputs)?;
    exchange(run, inputs, request).await
}

async fn exchange(run: &mut Run, inputs: &Inputs, request: Request) -> Result<Output, StepError> {
    let retries = Retries::of(inputs)?;
    let shape = answer::Shape::of(inputs)?;
    let is_debugged = inputs.flag("debugRequest") || run.info.debug;
    let mut tried = 0;
    loop {
        if is_debugged {
            run.log(Severity::Debug, format!("Request: {}", request::describe_request(&request)));
        }
        let result = answer::receive(run, &shape, request.clone()).await?;
        if is_debugged {
            run.log(Severity::Debug, describe(&result));
        }
        match result {
            Ok(answer) if answer.is_success() => return Ok(shape.output(&answer)),
            failure if tried < retries.max && retries.cover(&failure) => {}
            Ok(answer) => return Err(answer::error(&answer.response)),
            Err(error) => return Err(StepError::new(error.to_string())),
        }
        run.services.clock.sleep(retries.delay(tried)).await;
        tried += 1;
    }
}

/// Sends one request; a status outside 2xx is an error that tells what the service answered.
pub async fn send(run: &Run, request: Request) -> Result<Response, StepError> {
    match run.services.egress.send(request).await {
        Ok(response) if response.status.is_success() => Ok(response),
        Ok(response) => Err(answer::error(&response)),
        Err(error) => Err(StepError::new(error.to_string())),
    }
}

struct Retries {
    max: u64,
    fixed_delay: Duration,
    is_exponential: bool,
    on_all_errors: bool,
}

/// First wait with exponential backoff.
const BACKOFF_FIRST_MS: u64 = 200;
/// No wait between two tries is longer.
const DELAY_MAX: Duration = Duration::from_mins(1);

impl Retries {
    fn of(inputs: &Inputs) -> Result<Self, StepError> {
        Ok(Self {
            max: inputs.count("maxRetries", 0)?,
            fixed_delay: Duration::from_millis(inputs.count("retryDelayMS", 0)?),
            is_exponential: inputs.flag("useExponentialBackoff"),
            on_all_errors: inputs.flag("retryOnAllErrors"),
        })
    }

    /// Whether another try may end better.
    fn cover(&self, failure: &Result<Answer, egress::Error>) -> bool {
        use egress::Error;
        match failure {
            Ok(answer) => self.on_all_errors || answer.response.status.is_server_error(),
            Err(Error::Timeout | Error::Connect { .. } | Error::Other(_)) => true,
            Err(
                Error::Refused(_)
                | Error::InvalidUrl(_)
                | Error::InvalidHost(_)
                | Error::TooLarge { .. },
            ) => false,
        }
    }

    fn delay(&self, tried: u64) -> Duration {
        if !self.is_exponential {
            return self.fixed_delay.min(DELAY_MAX);
        }
        let factor = u32::try_from(tried).ok().and_then(|tried| 2_u64.checked_pow(tried));
        let milliseconds = BACKOFF_FIRST_MS.saturating_mul(factor.unwrap_or(u64::MAX));
        Duration::from_millis(milliseconds).min(DELAY_MAX)
    }
}

fn describe(result: &Result<Answer, egress::Error>) -> String {
    match result {
        Ok(answer) => format!(
            "Response: {} {} {} bytes",
            answer.response.status,
            request::shown_headers(&answer.response.headers),
            answer.length()
        ),
        Err(error) => format!("Response: none. {error}"),
    }
}
