//! Builds the pages of `web/` with npm and tells the crate where they are.
//!
//! The pages go to `OUT_DIR`, so that a build never embeds what another build left behind.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Everything below `web/` that the built pages depend on.
const SOURCES: [&str; 10] = [
    "app.html",
    "demo.html",
    "graphiql.html",
    "package-lock.json",
    "package.json",
    "preload.html",
    "scripts",
    "src",
    "tsconfig.json",
    "vite.config.ts",
];
const SDK: &str = "node_modules/@prismatic-io/embedded/dist/index.umd.js";
const SKIP: &str = "MARQUETRY_SKIP_WEB";

fn main() -> Result<(), Box<dyn Error>> {
    for source in SOURCES {
        println!("cargo::rerun-if-changed=web/{source}");
    }
    // What the pages ask is checked against it.
    println!("cargo::rerun-if-changed=../schema.graphql");
    println!("cargo::rerun-if-env-changed={SKIP}");

    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let folder = out.join("web");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let pages = folder.to_str().ok_or("the target directory must have a UTF-8 name")?;
    if env::var_os(SKIP).is_some_and(|value| value == "1") {
        println!("cargo::warning={SKIP} is set: building without the web pages");
    } else if runs("npm") {
        build(Path::new("web"), pages)?;
    } else {
        println!("cargo::warning=npm was not found: building without the web pages");
    }
    // The derive of rust-embed takes its folder as a literal, so the literal is generated.
    fs::write(
        out.join("pages.rs"),
        format!(
            "#[derive(rust_embed::Embed)]\n#[folder = {pages:?}]\n#[allow_missing = true]\n\
             struct Pages;\n"
        ),
    )?;
    Ok(())
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn build(web: &Path, pages: &str) -> Result<(), Box<dyn Error>> {
    install(web)?;
    npm(web, &["run", "build", "--", "--outDir", pages, "--emptyOutDir"])?;
    npm(web, &["run", "budget", "--", pages])?;
    // The demo's custom UI takes the SDK as it is published.
    fs::copy(web.join(SDK), Path::new(pages).join("sdk.js"))?;
    Ok(())
}

/// Installs exactly what the lock file names, unless the last installation did that already.
fn install(web: &Path) -> Result<(), Box<dyn Error>> {
    let lock = fs::read(web.join("package-lock.json"))?;
    let installed = web.join("node_modules/.marquetry-lock.json");
    if fs::read(&installed).is_ok_and(|last| last == lock) {
        return Ok(());
    }
    npm(web, &["ci", "--no-audit", "--no-fund"])?;
    fs::write(installed, lock)?;
    Ok(())
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let output = Command::new("npm").args(arguments).current_dir(web).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = |stream: &[u8]| String::from_utf8_lossy(stream).into_owned();
    Err(format!(
        "`npm {}` failed in marketplace/web (needs Node 20.19 or newer); set {SKIP}=1 to build \
         without the web pages\n{}{}",
        arguments.join(" "),
        said(&output.stdout),
        said(&output.stderr),
    )
    .into())
}
