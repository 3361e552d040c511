//! Servers that do not tell the truth: page tokens that lead nowhere, an estimate far from what is listed.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use console::Code;
use model::Region;
use model::connection::ConnectionId;

use crate::house::{House, everybody, options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_whose_pages_go_round_in_circles_is_given_up_and_nobody_is_removed() {
    let house = House::new(options(300)).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    let connection = connection(&server.endpoint(), asked.clone());
    let pool = house.console.open_pool(&connection, &house.pool_id()).await.unwrap();
    pool.sync().finished().await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 0, "nobody was missing");
    let before = everybody(&pool).await.len();

    // One is gone, and the question after that one is never answered to its end.
    let gone = house.people()[7].username.clone();
    house.sandbox.directory().delete_user(&house.sandbox.pool_id(), &gone).unwrap();
    let error = pool.sync().finished().await.unwrap_err();
    assert_eq!(error.code, Code::Internal, "{error}");
    assert!(error.message.contains("page tokens"), "{error}");
    let asked = asked.load(Ordering::Relaxed);
    assert!((2..60).contains(&asked), "asked {asked} times");
    assert_eq!(everybody(&pool).await.len(), before, "what is not known to be gone stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_that_falls_far_short_of_the_estimate_is_partial_and_says_so() {
    let house = House::new(options(330)).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let connection = connection(&server.endpoint(), Arc::default());
    let pool = house.console.open_pool(&connection, &house.pool_id()).await.unwrap();
    let report = pool.sync().finished().await.unwrap();
    assert_eq!((report.users, report.complete), (330, false), "{report:?}");
    assert!(!pool.freshness().await.unwrap().complete);
}

/// The way in through such a server.
fn connection(endpoint: &str, asked: Arc<AtomicU32>) -> ConnectionId {
    let region = Some(Region::parse("eu-west-1").unwrap());
    ConnectionId { profile: None, region, endpoint: Some(circular(endpoint, asked)), sandbox: false }
}

/// Stands before a server. Exact questions for one person get an empty page and the same token ever again.
fn circular(endpoint: &str, asked: Arc<AtomicU32>) -> String {
    let behind = endpoint.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let (connection, behind, asked) = (connection.unwrap(), behind.clone(), asked.clone());
            std::thread::spawn(move || serve(connection, &behind, &asked));
        }
    });
    format!("http://{address}")
}

/// One connection: requests one after the other, until the client has enough.
fn serve(mut client: TcpStream, behind: &str, asked: &AtomicU32) {
    let mut server = TcpStream::connect(behind).unwrap();
    while let Some(request) = message(&mut client) {
        let text = String::from_utf8_lossy(&request);
        let exact = text.contains("sub = ") || text.contains("username = ");
        let answer = if exact {
            asked.fetch_add(1, Ordering::Relaxed);
            let body = r#"{"Users":[],"PaginationToken":"round-and-round"}"#;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1";
            format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
        } else {
            server.write_all(&request).unwrap();
            exaggerated(message(&mut server).unwrap())
        };
        client.write_all(&answer).unwrap();
    }
}

/// Three hundred become nine hundred in the estimate, which leaves the length as it is.
fn exaggerated(answer: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(answer) {
        Ok(text) => text.replace("\"EstimatedNumberOfUsers\":330", "\"EstimatedNumberOfUsers\":990").into_bytes(),
        Err(bytes) => bytes.into_bytes(),
    }
}

/// A request or an answer with its body; `None` when the other side has gone.
pub(crate) fn message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some(bytes)
}
