//! One layer of JSON look-ups above the transport: objects, pages, loops cut.

use super::authorization::Listed;
use super::cloud::Service;
use super::transport::{Call, Reply, Transport, Verb};
use super::trouble::Trouble;
use serde_json::Value;
use std::collections::HashSet;
use url::Url;

/// Most pages of one list; a server that goes on beyond is cut off.
const MAX_PAGES: usize = 10_000;

/// The body as JSON, or what is wrong with it.
fn object(reply: &Reply) -> Result<Value, Trouble> {
    match serde_json::from_slice::<Value>(&reply.body) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) => Err(Trouble::answer(reply.status, "NotJson", "the answer is no JSON object")),
        Err(error) => {
            let what = if error.is_eof() { "ends in the middle" } else { "is not JSON" };
            Err(Trouble::answer(reply.status, "NotJson", format!("the answer {what}")))
        }
    }
}

/// The body as a page: an object with a `value` array.
fn page(reply: &Reply) -> Result<Value, Trouble> {
    let value = object(reply)?;
    if value.get("value").is_some_and(Value::is_array) {
        Ok(value)
    } else {
        Err(Trouble::answer(reply.status, "NotJson", "the answer has no `value` array"))
    }
}

/// One JSON object.
///
/// # Errors
/// What the transport gives, an answer that is no success, or one that is no JSON object after several tries.
pub(super) async fn get_object(transport: &Transport, call: &Call) -> Result<Value, Trouble> {
    let reply = transport.send_checked(call, |reply| object(reply).err()).await?;
    if reply.is_success() { object(&reply) } else { Err(reply.trouble()) }
}

/// A list, page by page. What came before a failure is kept.
pub(super) async fn get_pages(transport: &Transport, first: Call) -> Listed {
    let mut listed = Listed::default();
    let mut seen: HashSet<String> = HashSet::from([first.url.to_string()]);
    let mut call = first;
    loop {
        let reply = match transport.send_checked(&call, |reply| page(reply).err()).await {
            Ok(reply) if reply.is_success() => reply,
            Ok(reply) => return Listed { trouble: Some(reply.trouble()), ..listed },
            Err(trouble) => return Listed { trouble: Some(trouble), ..listed },
        };
        let body = match page(&reply) {
            Ok(body) => body,
            Err(trouble) => return Listed { trouble: Some(trouble), ..listed },
        };
        let next = match next_link(&body, &call) {
            Ok(next) => next,
            Err(trouble) => {
                listed.pages.push(body);
                return Listed { trouble: Some(trouble), ..listed };
            }
        };
        listed.pages.push(body);
        let Some(next) = next else {
            return listed;
        };
        if !seen.insert(next.to_string()) || listed.pages.len() >= MAX_PAGES {
            return Listed {
                trouble: Some(Trouble::own("PageLoop", "the links to further pages lead in a circle or without end")),
                ..listed
            };
        }
        call = Call { verb: Verb::Get, url: next, ..call };
    }
}

/// The link to the next page: of the same origin as this one.
fn next_link(body: &Value, call: &Call) -> Result<Option<Url>, Trouble> {
    let text =
        ["nextLink", "@odata.nextLink"].iter().find_map(|name| body.get(name).and_then(Value::as_str)).filter(|text| !text.is_empty());
    let Some(text) = text else {
        return Ok(None);
    };
    let next = call.url.join(text).map_err(|_| Trouble::own("PageLink", "the link to the next page is no URL"))?;
    if next.origin() == call.url.origin() {
        Ok(Some(next))
    } else {
        Err(Trouble::own("ForeignPage", "the link to the next page leads to another host and was not followed"))
    }
}

/// A GET of Azure Resource Manager. `path` starts with a slash.
pub(super) fn arm(transport: &Transport, path: &str, version: &str) -> Result<Call, Trouble> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let url = transport.endpoints().arm(&format!("{path}{mark}api-version={version}"));
    url.map(|url| Call::get(Service::ResourceManager, url)).ok_or_else(|| Trouble::own("BadId", "the id makes no URL"))
}
