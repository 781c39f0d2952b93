//! The PWA is built by other tools and may not be there yet; its folder must be, or the
//! embedding would not notice when it comes.
fn main() {
    let dist = std::path::Path::new("../frontend/dist");
    if let Err(error) = std::fs::create_dir_all(dist) {
        println!("cargo::warning=no folder for the built frontend: {error}");
    }
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=../migrations");
}
