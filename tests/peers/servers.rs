//! Servers that speak Cognito's protocol: ours, and two that we did not write.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use model::clock::Clock as _;

/// A server on loopback that ends with this value.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) endpoint: String,
    process: Option<Child>,
    _folder: Option<tempfile::TempDir>,
    _ours: Option<sandbox::Server>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// The sandbox over loopback, with no people of its own.
pub(crate) async fn sandbox() -> Server {
    // Its time is ours, as that of the other servers is: codes of authenticator apps depend on it.
    let start = console::SystemClock.now();
    let options = sandbox::Options { users: 0, quota: sandbox::Quota::Off, start, ..sandbox::Options::default() };
    let server = sandbox::Sandbox::new(options).serve(0).await.unwrap();
    Server { endpoint: server.endpoint(), process: None, _folder: None, _ours: Some(server) }
}

/// ministack, started from the private virtual environment.
pub(crate) async fn ministack() -> Server {
    let port = free_port();
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program("ministack"));
    command
        .current_dir(folder.path())
        .envs([("BIND_HOST", "127.0.0.1"), ("MINISTACK_HOST", "127.0.0.1"), ("IOT_MTLS_ENABLED", "0")])
        .envs([("SERVICES", "cognito-idp,cognito-identity,sts"), ("SFTP_ENABLED", "0")])
        .env("GATEWAY_PORT", port.to_string());
    start(command, port, folder).await
}

/// moto's server, started from the private virtual environment.
pub(crate) async fn moto() -> Server {
    let port = free_port();
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program("moto_server"));
    command.current_dir(folder.path()).args(["-H", "127.0.0.1", "-p", &port.to_string()]);
    start(command, port, folder).await
}

/// A program of the virtual environment that `cargo xtask test` makes.
fn program(name: &str) -> PathBuf {
    let venv = std::env::var_os("POOLKEEPER_PEERS_VENV")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/venv"), PathBuf::from);
    let program = venv.join("bin").join(name);
    assert!(program.exists(), "{name} is missing: `cargo xtask test --only peers` makes target/venv");
    program
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn start(mut command: Command, port: u16, folder: tempfile::TempDir) -> Server {
    let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let endpoint = format!("http://127.0.0.1:{port}");
    let server = Server { endpoint, process: Some(process), _folder: Some(folder), _ours: None };
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "the server did not listen within a minute");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server
}
