//! Who the database runs as, and where that user can get to.

use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;
use crate::error::Doing;

/// The user that PostgreSQL's programs run as. PostgreSQL refuses to run as root,
/// so a server started by root hands the database to somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ServerUser {
    /// We are an ordinary user; the database runs as us.
    Ourselves,
    /// We are root; the database runs as this user.
    Other { name: String, uid: u32, gid: u32 },
}

impl ServerUser {
    /// Existing data stays with its owner, so that a start by root does not lock
    /// out the ordinary user who made it.
    pub(crate) fn choose(data: &Path) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        if let Ok(owner) = fs::metadata(data)
            && owner.uid() != 0
        {
            let (uid, gid) = (owner.uid(), owner.gid());
            return Ok(Self::Other { name: format!("uid {uid}"), uid, gid });
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| account(&accounts, name))
            .ok_or(Error::NoUnprivilegedUser)
    }

    /// Makes `command` run as this user, away from the terminal's process group:
    /// Ctrl-C is for the server, which drains first and stops its database last.
    pub(crate) fn runs(&self, command: &mut Command) {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
        if let Self::Other { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
    }

    /// Hands `path`, and all below it, to this user.
    pub(crate) fn takes(&self, path: &Path) -> Result<(), Error> {
        let Self::Other { uid, gid, .. } = self else { return Ok(()) };
        let doing = || format!("handing {} to the database's user", path.display());
        let metadata = fs::symlink_metadata(path).doing(doing)?;
        if metadata.is_symlink() {
            return lchown(path, Some(*uid), Some(*gid)).doing(doing);
        }
        chown(path, Some(*uid), Some(*gid)).doing(doing)?;
        if metadata.is_dir() {
            for entry in fs::read_dir(path).doing(doing)? {
                self.takes(&entry.doing(doing)?.path())?;
            }
        }
        Ok(())
    }

    /// The directory `wanted` stands for, made if need be, where this user can get in.
    ///
    /// Root's home is closed to everybody else, and a checkout under it is common on
    /// a fresh machine. Then the files live in `/var/lib/spotlight`, and `wanted`
    /// becomes a link to them; opening somebody's home is not ours to do.
    pub(crate) fn place(&self, wanted: &Path) -> Result<PathBuf, Error> {
        let making = || format!("making the directory {}", wanted.display());
        fs::create_dir_all(wanted).doing(making)?;
        let here = fs::canonicalize(wanted).doing(making)?;
        let Some(closed) = self.closed_ancestor(&here) else {
            return self.opens(&here).map(|()| here);
        };

        let empty = fs::read_dir(&here).doing(making)?.next().is_none();
        let elsewhere = unused_for(&here);
        if !empty || fs::create_dir_all(&elsewhere).is_err() {
            return Err(Error::Unreachable { dir: here, closed, user: self.name() });
        }
        self.opens(Path::new("/var/lib/spotlight"))?;
        self.opens(&elsewhere)?;
        let link = wanted_without_slash(wanted);
        fs::remove_dir(&link).doing(making)?;
        symlink(&elsewhere, &link).doing(making)?;
        tracing::info!(
            "{} is closed to the database's user; the files live in {}",
            closed.display(),
            elsewhere.display()
        );
        Ok(elsewhere)
    }

    /// Lets this user through `dir`, whatever our umask, without letting it list what is there.
    fn opens(&self, dir: &Path) -> Result<(), Error> {
        let mode = if *self == Self::Ourselves { 0o700 } else { 0o711 };
        fs::set_permissions(dir, fs::Permissions::from_mode(mode))
            .doing(|| format!("setting the permissions of {}", dir.display()))
    }

    /// The first directory on the way to `path` that this user may not enter.
    fn closed_ancestor(&self, path: &Path) -> Option<PathBuf> {
        let Self::Other { uid, gid, .. } = self else { return None };
        let mut ancestors: Vec<_> = path.ancestors().skip(1).collect();
        ancestors.reverse();
        ancestors
            .into_iter()
            .find(|dir| !fs::metadata(dir).is_ok_and(|it| may_enter(&it, *uid, *gid)))
            .map(Path::to_path_buf)
    }

    fn name(&self) -> String {
        match self {
            Self::Ourselves => "the current user".to_owned(),
            Self::Other { name, .. } => name.clone(),
        }
    }
}

fn may_enter(dir: &Metadata, uid: u32, gid: u32) -> bool {
    let bit = if dir.uid() == uid {
        0o100
    } else if dir.gid() == gid {
        0o010
    } else {
        0o001
    };
    dir.mode() & bit != 0
}

/// `name:password:uid:gid:…` for the account called `name`.
fn account(passwd: &str, name: &str) -> Option<ServerUser> {
    let fields: Vec<&str> =
        passwd.lines().map(|line| line.split(':').collect()).find(|it: &Vec<_>| it[0] == name)?;
    let (uid, gid) = (fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?);
    Some(ServerUser::Other { name: name.to_owned(), uid, gid })
}

/// A directory of its own for each place, and for a new checkout at the place of an
/// old one too: only the link leads to existing data.
fn unused_for(path: &Path) -> PathBuf {
    let name = path.to_string_lossy().trim_start_matches('/').replace('/', "-");
    let mut candidates = (1..).map(|n| Path::new("/var/lib/spotlight").join(format!("{name}-{n}")));
    candidates.find(|dir| !dir.exists()).expect("the numbers do not end")
}

/// `rmdir` and `symlink` treat `dir/` as what the link points to.
fn wanted_without_slash(path: &Path) -> PathBuf {
    path.components().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_their_whole_name() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\nnobody2:x:7:7::/:/bin/sh\nnobody:x:65534:65533::/:";
        let nobody = ServerUser::Other { name: "nobody".to_owned(), uid: 65534, gid: 65533 };
        assert_eq!(account(passwd, "nobody"), Some(nobody));
        assert_eq!(account(passwd, "postgres"), None);
    }
}
