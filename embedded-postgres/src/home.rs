//! The directory a database lives in, and how it is furnished the first time.
//!
//! ```text
//! DIR/data         PostgreSQL's own data directory, owned by the database's user
//! DIR/password     of the superuser, for us alone
//! DIR/port         the port of the last start
//! DIR/server.log   what PostgreSQL says
//! DIR/lock         held by the process that runs the database
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use postgresql_commands::CommandBuilder;
use postgresql_commands::initdb::InitDbBuilder;

use crate::binaries::Installation;
use crate::error::Doing;
use crate::program::{run, run_with_input};
use crate::server_user::ServerUser;
use crate::settings::{MAINTENANCE_DATABASE, USER};
use crate::{Error, Settings};

/// Making a data directory takes two seconds; a phone-sized disk may need more.
const INITIALISING: Duration = Duration::from_mins(3);
/// A log larger than this is put aside at the next start.
const LOG_BYTES: u64 = 16 << 20;

#[derive(Debug, Clone)]
pub(crate) struct Home {
    dir: PathBuf,
    pub(crate) user: ServerUser,
}

impl Home {
    pub(crate) fn open(wanted: &Path) -> Result<Self, Error> {
        let user = ServerUser::choose(&wanted.join("data"))?;
        let dir = user.place(wanted)?;
        Ok(Self { dir, user })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// `None` when another process holds it. The system lets go of it when its holder
    /// dies, however it dies.
    pub(crate) fn lock(&self) -> Result<Option<File>, Error> {
        let path = self.dir.join("lock");
        let doing = || format!("locking {}", path.display());
        let file = OpenOptions::new().create(true).append(true).open(&path).doing(doing)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error).doing(doing),
        }
    }

    /// The programs that fit the data that is there; for no data, the newest.
    pub(crate) fn installation(&self, settings: &Settings) -> Result<Installation, Error> {
        let path = self.data().join("PG_VERSION");
        if !path.exists() {
            return Ok(settings.binaries.newest().clone());
        }
        let text = fs::read_to_string(&path).doing(|| format!("reading {}", path.display()))?;
        let data = text.trim().parse().unwrap_or(0);
        settings.binaries.of_major(data).cloned().ok_or_else(|| Error::VersionMismatch {
            dir: self.data(),
            data,
            binaries: settings.binaries.majors(),
        })
    }

    /// Makes what is missing: the data directory, the database in it, the password.
    pub(crate) async fn furnish(
        &self,
        settings: &Settings,
        programs: &Installation,
    ) -> Result<(), Error> {
        let data = self.data();
        if data.join("PG_VERSION").exists() {
            self.check_owner(&data)?;
            if self.password().is_err() {
                // Lost, or not brought along with the data: a new one does as well.
                self.make_password(programs, &data, "").await?;
            }
        } else {
            // Under another name until it is complete, so that a start cut short
            // leaves nothing that looks like data.
            let unfinished = self.dir.join("data.unfinished");
            let _ = fs::remove_dir_all(&unfinished);
            self.initialise(programs, &unfinished).await?;
            let database = settings.database.replace('"', "\"\"");
            let create = format!("CREATE DATABASE \"{database}\" OWNER {USER};\n");
            self.make_password(programs, &unfinished, &create).await?;
            fs::rename(&unfinished, &data).doing(|| format!("naming {}", data.display()))?;
        }
        self.make_log()
    }

    async fn initialise(&self, programs: &Installation, data: &Path) -> Result<(), Error> {
        let making = || format!("making {}", data.display());
        fs::create_dir(data).doing(making)?;
        fs::set_permissions(data, fs::Permissions::from_mode(0o700)).doing(making)?;
        self.user.takes(data)?;

        // One collation on every machine: byte order, UTF-8's idea of letters.
        let locale = if cfg!(target_os = "linux") { "C.UTF-8" } else { "C" };
        let mut initdb = InitDbBuilder::new()
            .program_dir(&programs.dir)
            .pgdata(data)
            .username(USER)
            .encoding("UTF8")
            .locale(locale)
            .data_checksums()
            .auth_local("reject")
            .auth_host("reject")
            .no_instructions()
            .build();
        self.prepare(&mut initdb);
        run(initdb, INITIALISING).await?;

        let rules = "host all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), rules).doing(making)
    }

    /// In single-user mode, which asks for no password and listens to nobody.
    async fn make_password(
        &self,
        programs: &Installation,
        data: &Path,
        also: &str,
    ) -> Result<(), Error> {
        let password = random_password()?;
        let mut postgres = Command::new(programs.dir.join("postgres"));
        postgres.arg("--single").arg("-D").arg(data);
        postgres.args(["-c", "password_encryption=scram-sha-256", "-c", "exit_on_error=on"]);
        postgres.arg(MAINTENANCE_DATABASE);
        self.prepare(&mut postgres);
        let statements = format!("ALTER ROLE {USER} PASSWORD '{password}';\n{also}");
        run_with_input(postgres, &statements, INITIALISING).await?;

        let path = self.dir.join("password");
        let doing = || format!("writing {}", path.display());
        let _ = fs::remove_file(&path);
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).doing(doing)?;
        file.write_all(password.as_bytes()).doing(doing)?;
        file.sync_all().doing(doing)
    }

    pub(crate) fn password(&self) -> Result<String, Error> {
        let path = self.dir.join("password");
        fs::read_to_string(&path).doing(|| format!("reading {}", path.display()))
    }

    /// The port asked for, else that of the last start while it is free, else a new one.
    pub(crate) fn choose_port(&self, asked: Option<u16>) -> Result<u16, Error> {
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        if let Some(port) = asked {
            return if is_free(&port) { Ok(port) } else { Err(Error::PortTaken { port }) };
        }
        let file = self.dir.join("port");
        let last = fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
        if let Some(port) = last.filter(is_free) {
            return Ok(port);
        }
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .doing(|| "looking for a free port".to_owned())?
            .port();
        fs::write(&file, format!("{port}\n")).doing(|| format!("writing {}", file.display()))?;
        Ok(port)
    }

    /// What every program of PostgreSQL needs: its user, and a directory that this user
    /// may be in.
    pub(crate) fn prepare(&self, command: &mut Command) {
        self.user.runs(command);
        command.current_dir(&self.dir);
        // Ours would send them to another server or data directory.
        for name in ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGOPTIONS"] {
            command.env_remove(name);
        }
    }

    fn check_owner(&self, data: &Path) -> Result<(), Error> {
        let owner = fs::metadata(data).doing(|| format!("reading {}", data.display()))?.uid();
        match &self.user {
            ServerUser::Ourselves if owner != rustix::process::geteuid().as_raw() => {
                Err(Error::OwnedByAnother { dir: data.to_path_buf(), owner })
            }
            ServerUser::Other { uid, .. } if owner != *uid => self.user.takes(data),
            _ => Ok(()),
        }
    }

    fn make_log(&self) -> Result<(), Error> {
        let log = self.log();
        let doing = || format!("making {}", log.display());
        if fs::metadata(&log).is_ok_and(|it| it.len() > LOG_BYTES) {
            fs::rename(&log, self.dir.join("server.log.1")).doing(doing)?;
        }
        OpenOptions::new().create(true).append(true).mode(0o600).open(&log).doing(doing)?;
        self.user.takes(&log)
    }
}

/// 160 bits, in letters and digits that mean themselves in SQL and in an address.
fn random_password() -> Result<String, Error> {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .doing(|| "reading /dev/urandom".to_owned())?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
}
