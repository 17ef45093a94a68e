//! Disks of our own, to be filled up and to lose their power: a file system in a file, mounted through a loop device, or one in memory.
//!
//! Mounting needs root. Who asks without it gets [`NotHere`], and says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Why there can be no such disk on this machine, in words.
#[derive(Debug, thiserror::Error)]
#[error("skipped: {0}")]
pub struct NotHere(String);

/// A mounted file system. It is gone when this is dropped.
pub struct Volume {
    /// Where it is mounted.
    pub path: PathBuf,
    image: Option<PathBuf>,
}

/// Dirty pages stay in memory until somebody syncs, so that a power cut takes with it whatever was not synced. The first error of the
/// file system makes it stop writing at once.
const NOTHING_BY_ITSELF: &str = "loop,commit=600,noauto_da_alloc,errors=remount-ro";

impl Volume {
    /// An ext4 file system of so many MiB in a file in `folder`.
    pub fn ext4(folder: &Path, size_mib: u64) -> Result<Volume, NotHere> {
        needs_root()?;
        let image = folder.join("image");
        let file = fs::File::create(&image).and_then(|file| file.set_len(size_mib << 20));
        file.map_err(|error| NotHere(format!("no file for an image: {error}")))?;
        run("mkfs.ext4", &["-q", "-F", &said(&image)])?;
        let volume = Volume { path: mount_point(folder)?, image: Some(image) };
        volume.mounts()?;
        Ok(volume)
    }

    /// A file system of so many MiB in memory.
    pub fn in_memory(folder: &Path, size_mib: u64) -> Result<Volume, NotHere> {
        needs_root()?;
        let path = mount_point(folder)?;
        run("mount", &["-t", "tmpfs", "-o", &format!("size={size_mib}m"), "tmpfs", &said(&path)])?;
        Ok(Volume { path, image: None })
    }

    /// The power is cut: from this moment nothing more reaches the disk, and the file system says so to whoever writes.
    ///
    /// # Panics
    /// If the kernel does not let us.
    pub fn loses_power(&self) {
        let device = self.device();
        let trigger = format!("/sys/fs/ext4/{device}/trigger_fs_error");
        fs::write(&trigger, "the power is cut\n").unwrap_or_else(|error| panic!("{trigger}: {error}"));
    }

    /// The power comes back: memory is forgotten, and the disk is what had reached it. Nobody may have files open there.
    ///
    /// # Panics
    /// If it does not mount.
    pub fn comes_back(&self) {
        run("umount", &[&said(&self.path)]).expect("nobody uses the disk");
        self.mounts().expect("the disk mounts again");
    }

    /// The loop device that carries the image, as the kernel calls it.
    fn device(&self) -> String {
        let mounts = fs::read_to_string("/proc/mounts").expect("Linux tells what is mounted");
        let path = said(&self.path);
        let line = mounts.lines().find(|line| line.split(' ').nth(1) == Some(&path));
        let device = line.and_then(|line| line.split(' ').next()).expect("it is mounted");
        device.trim_start_matches("/dev/").to_owned()
    }

    fn mounts(&self) -> Result<(), NotHere> {
        let image = self.image.as_deref().expect("only a file system in a file is mounted again");
        run("mount", &["-o", NOTHING_BY_ITSELF, &said(image), &said(&self.path)])
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Whoever still has files open there keeps them; the name goes.
        drop(run("umount", &["-l", &said(&self.path)]));
    }
}

fn mount_point(folder: &Path) -> Result<PathBuf, NotHere> {
    let path = folder.join("disk");
    fs::create_dir(&path).map_err(|error| NotHere(format!("no folder to mount on: {error}")))?;
    // As the kernel names it in its list.
    path.canonicalize().map_err(|error| NotHere(error.to_string()))
}

fn needs_root() -> Result<(), NotHere> {
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    Err(NotHere("mounting a disk for the test needs root".to_owned()))
}

fn run(program: &str, arguments: &[&str]) -> Result<(), NotHere> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| NotHere(format!("{program} does not run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(NotHere(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

fn said(path: &Path) -> String {
    path.display().to_string()
}
