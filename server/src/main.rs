//! The program `marquetry`.

fn main() -> std::process::ExitCode {
    server::main()
}
