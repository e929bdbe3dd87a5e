//! What the program may ask of Azure, by this list and not by its own: reads only, and each token to its own hosts.

use super::Service;
use super::http::Request;

/// POSTs that only read: end of the path, lower case, after what must stand before it.
const READING: [(Service, &str, &str); 4] = [
    (Service::Arm, "/providers/microsoft.resourcegraph/resources", ""),
    (Service::Arm, "/listsecrets", "/providers/microsoft.machinelearningservices/workspaces/"),
    (Service::Graph, "/v1.0/directoryobjects/getbyids", ""),
    (Service::Graph, "/getmembergroups", "/v1.0/directoryobjects/"),
];

/// Why the request should never have been sent.
pub(crate) fn breach(service: Service, request: &Request) -> Option<String> {
    let told = |why: &str| Some(format!("{why}: {} {} to {service:?}", request.method, request.target));
    if service == Service::Foreign {
        return told("another origin was asked");
    }
    let path = request.path().to_ascii_lowercase();
    let reads = match request.method.as_str() {
        "GET" | "HEAD" => request.body.is_empty(),
        "POST" => READING.iter().any(|(of, end, before)| *of == service && path.ends_with(end) && path.contains(before)),
        _ => false,
    };
    if !reads {
        return told("not a read");
    }
    let audience = match service {
        Service::Arm => "arm",
        Service::Graph => "graph",
        Service::Dfs | Service::Blob => "storage",
        Service::Foreign => "none",
    };
    let token = request.header("authorization").filter(|header| header.contains("canary-token-"));
    let mine = token.is_none_or(|token| token.ends_with(&format!("canary-token-{audience}-0000")));
    if mine { None } else { told("the token of another service was sent") }
}
