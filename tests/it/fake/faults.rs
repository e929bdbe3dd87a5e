//! Everything that can go wrong between two programs.

use super::http::{Delivery, Request, Response};
use super::{Cloud, Service, error, storage_error};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How an answer is spoiled.
#[derive(Clone, Debug)]
pub(crate) enum Spoil {
    /// A status with an error code.
    Status(u16, &'static str),
    /// A status with `Retry-After` in seconds.
    RetryAfter(u16, u64),
    /// 401 as after the end of a token's life.
    Expired,
    Reset,
    Truncated,
    Stalled,
    /// 200 with a web page.
    Html,
    /// 200 with text that is not JSON.
    NotJson,
    /// 200 with `{}`.
    NoValue,
    /// 200 with `{"value": null}`.
    NullValue,
    /// A status with a web page and no code of the service: a proxy.
    Page(u16),
    /// 200 with this body.
    Body(&'static str),
    /// A status with this body.
    Echo(u16, &'static str),
    /// The answer with every value of one JSON type turned into one of another.
    Retyped(Retype),
    /// The answer with its keys in another casing.
    OddKeys,
    /// The answer without `properties`.
    NoProperties,
    /// A next link that leads to itself.
    EndlessPages,
    /// A next link that always leads to a new address.
    FreshPages,
    /// A next link to another origin.
    ForeignPage,
    /// A redirect to another origin.
    Redirect,
    Slow(Duration),
}

/// Which values change, into what.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Retype {
    TextToNumber,
    FlagToText,
    ObjectToList,
    ListToObject,
    NumberToText,
}

/// A fault: where it strikes, how, and how often.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) service: Option<Service>,
    /// A part of the path and query, in lower case; empty strikes everything.
    pub(crate) part: String,
    /// The part is the whole.
    exact: bool,
    pub(crate) spoil: Spoil,
    left: AtomicUsize,
}

impl Fault {
    /// Strikes every time.
    pub(crate) fn always(service: Option<Service>, part: &str, spoil: Spoil) -> Self {
        Fault { service, part: part.to_ascii_lowercase(), exact: false, spoil, left: AtomicUsize::new(usize::MAX) }
    }
    /// Strikes one target every time, and what pages add to it.
    pub(crate) fn of_target(service: Service, target: &str, spoil: Spoil) -> Self {
        Fault { exact: true, ..Fault::always(Some(service), target, spoil) }
    }
    /// Strikes the first `times` requests only.
    pub(crate) fn times(mut self, times: usize) -> Self {
        self.left = AtomicUsize::new(times);
        self
    }
    fn strikes(&self, service: Service, request: &Request) -> bool {
        if self.exact {
            let target = request.target.to_ascii_lowercase();
            let rest = target.strip_prefix(&self.part);
            return self.service == Some(service) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("&$skiptoken"));
        }
        let path = format!("{}?{}", request.path(), request.target.split_once('?').map(|(_, query)| query).unwrap_or_default());
        let here = self.service.is_none_or(|of| of == service) && path.to_ascii_lowercase().contains(&self.part);
        here && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

/// The spoiled answer, where a fault strikes.
pub(crate) fn strike(cloud: &Cloud, service: Service, request: &Request, answer: impl FnOnce() -> Response) -> Response {
    let Some(fault) = cloud.options.faults.iter().find(|fault| fault.strikes(service, request)) else { return answer() };
    let refuse = |status: u16, code: &str| match service {
        Service::Arm | Service::Graph | Service::Foreign => error(status, code, "a planted fault"),
        Service::Dfs | Service::Blob => storage_error(status, code),
    };
    match &fault.spoil {
        Spoil::Status(status, code) => refuse(*status, code),
        Spoil::RetryAfter(status, seconds) => refuse(*status, "TooManyRequests").with("retry-after", seconds.to_string()),
        Spoil::Expired => refuse(401, "ExpiredAuthenticationToken").with("www-authenticate", "Bearer error=\"invalid_token\""),
        Spoil::Reset => Response { delivery: Delivery::Reset, ..Response::new(200) },
        Spoil::Truncated => Response { delivery: Delivery::Truncated, ..answer() },
        Spoil::Stalled => Response { delivery: Delivery::Stalled, ..answer() },
        Spoil::Html => Response::new(200).with("content-type", "text/html").body("<html><body>Sign in to the proxy</body></html>"),
        Spoil::NotJson => Response::new(200).with("content-type", "application/json").body("{\"value\":[{\"id\":"),
        Spoil::NoValue => Response::json(200, &json!({})),
        Spoil::NullValue => Response::json(200, &json!({ "value": null })),
        Spoil::Page(status) => Response::new(*status).with("content-type", "text/html").body("<html><body>Not here</body></html>"),
        Spoil::Body(text) => Response::new(200).with("content-type", "application/json").body(*text),
        Spoil::Echo(status, text) => Response::new(*status).with("content-type", "application/json").body(*text),
        Spoil::Retyped(how) => changed(answer(), &mut |value| retype(value, *how)),
        Spoil::OddKeys => changed(answer(), &mut odd_keys),
        Spoil::NoProperties => changed(answer(), &mut without_properties),
        Spoil::EndlessPages => relink(answer(), &format!("{}{}", cloud.origin(service), request.target)),
        Spoil::FreshPages => relink(answer(), &format!("{}{}&$skiptoken={}", cloud.origin(service), request.target, cloud.count())),
        Spoil::ForeignPage => relink(answer(), &format!("{}{}", cloud.origin(Service::Foreign), request.target)),
        Spoil::Redirect => Response::new(302).with("location", format!("{}{}", cloud.origin(Service::Foreign), request.target)),
        Spoil::Slow(time) => Response { delay: *time, ..answer() },
    }
}

/// The answer with its JSON body changed.
fn changed(mut answer: Response, change: &mut dyn FnMut(&mut Value)) -> Response {
    if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) {
        change(&mut body);
        answer.body = body.to_string().into_bytes();
    }
    answer
}

fn retype(value: &mut Value, how: Retype) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| retype(item, how)),
        Value::Object(members) => members.values_mut().for_each(|member| retype(member, how)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    let new = match (how, &*value) {
        (Retype::TextToNumber, Value::String(_)) => json!(7),
        (Retype::FlagToText, Value::Bool(flag)) => json!(flag.to_string()),
        (Retype::NumberToText, Value::Number(number)) => json!(number.to_string()),
        (Retype::ObjectToList, Value::Object(_)) => json!([]),
        (Retype::ListToObject, Value::Array(_)) => json!({}),
        _ => return,
    };
    *value = new;
}

fn odd_keys(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(odd_keys),
        Value::Object(members) => {
            let old = std::mem::take(members);
            for (name, mut member) in old {
                odd_keys(&mut member);
                let mut letters = name.chars();
                let first = letters.next().map(|letter| letter.to_ascii_uppercase());
                members.insert(first.into_iter().chain(letters).collect(), member);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn without_properties(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_properties),
        Value::Object(members) => {
            members.remove("properties");
            members.values_mut().for_each(without_properties);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The answer with another next link; a continuation for the dfs endpoint.
fn relink(mut answer: Response, link: &str) -> Response {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    if body.get("paths").is_some() {
        return answer.with("x-ms-continuation", "again");
    }
    if let Some(members) = body.as_object_mut().filter(|members| members.contains_key("value")) {
        members.insert("nextLink".to_owned(), Value::String(link.to_owned()));
        members.insert("@odata.nextLink".to_owned(), Value::String(link.to_owned()));
    }
    answer.body = body.to_string().into_bytes();
    answer
}
