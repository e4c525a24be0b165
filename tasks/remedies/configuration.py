"""What to do when settings, secrets, the Prefect server or its place are wrong."""

from __future__ import annotations

from typing import Final

NOTHING_CHANGED: Final = "Nothing was changed and nothing was deleted."

CONFIGURATION: Final[dict[str, tuple[str, str, str]]] = {
    "log_redaction_missing": (
        "The masking of logs is not in force in this process.",
        "The run was refused before it read anything.",
        "Start it with `gallra serve` or `gallra run`; see PREFECT_LOGGING_CONFIG_PATH.",
    ),
    "server_would_start_open": (
        "The Prefect server would be open to others.",
        "It was not started.",
        "Set the named setting, or leave the PREFECT_SERVER settings to Gallra.",
    ),
    "server_is_open": (
        "The Prefect server that runs lets others in, or trusts pages of others.",
        "The records themselves are not in it; what it shows of runs can be seen and changed.",
        "Stop it and start it with `gallra serve`, or give it the named setting where it runs.",
    ),
    "secret_file_readable_by_others": (
        "A file with a password or key can be read by other users.",
        "Nothing was started.",
        "Make it private (chmod 600) and, if others may have read it, replace it.",
    ),
    "secret_file_malformed": (
        "A file with a password or key holds other signs than plain letters, digits and marks, or "
        "more than one line.",
        "Nothing was started.",
        "Write it anew, in one line of plain signs (without å, ä, ö, æ, ø).",
    ),
    "state_readable_by_others": (
        "The state folder, a database or a key can be read or changed by other users of this "
        "machine.",
        "Nothing was started.",
        "Make it private: chmod 700 for a folder (the one that GALLRA_HOME names, or one in which "
        "a database or the keys lie), chmod 600 for a file.",
    ),
    "kek_beside_data": (
        "The key-encryption key lies beside the data: whoever copies one has the other.",
        "Nothing was started; with GALLRA_MODE=production that is refused.",
        "Set GALLRA_KEYS to a folder on another volume, or use a systemd credential, and move the "
        "files `kek-…` there.",
    ),
    "prefect_api_not_protected": (
        "The address of the Prefect server is no address, or leads there without TLS.",
        "Nothing was sent there.",
        "Write GALLRA_PREFECT_API as https://…/api, without a password in it. Where nobody else is "
        "on that network, as between containers, say so: GALLRA_PREFECT_NETWORK=closed.",
    ),
    "prefect_auth_missing": (
        "There is an address of a Prefect server and no password for it.",
        "Nothing was sent there.",
        "Write `user:password` into a file that only Gallra's user can read, and name the file in "
        "GALLRA_PREFECT_AUTH_FILE.",
    ),
    "prefect_settings_beside": (
        "A file of settings for Prefect lies where it would read them, and could have it keep or "
        "show more than Gallra allows.",
        "Nothing was started.",
        "Take the named file away: out of the folder `prefect` in the state folder, or out of the "
        "folder in which you gave the command. Or take its settings of Prefect out.",
    ),
    "run_history_kept": (
        "Prefect still keeps runs, pages, logs or events that are older than the policy says.",
        "No person is in them. Records, ledger and folders are as they were.",
        "Look whether its tidying runs (PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED is set by "
        "`gallra serve`), start the server anew, and rerun this tomorrow.",
    ),
    "prefect_does_not_answer": (
        "The Prefect server did not answer.",
        "Records, ledger and folders are as they were.",
        "Look whether it runs (`gallra doctor`, prefect/server.log in the state folder).",
    ),
    "setting_invalid": (
        "A setting has a value that it cannot have.",
        "Nothing was started.",
        "GALLRA_MODE is `trial` or `production`, GALLRA_WORKERS a number from 1 to 1000, "
        "GALLRA_FAN_OUT_FROM a whole number from 1 up, GALLRA_PREFECT_NETWORK `open` or `closed`, "
        "GALLRA_PREFECT_BIND an IP address of this machine.",
    ),
    "prefect_server_did_not_start": (
        "The local Prefect server did not answer in time.",
        NOTHING_CHANGED,
        "Look in prefect/server.log in the state folder; `gallra import` works without it.",
    ),
    "prefect_deploy_failed": (
        "The flows could not be deployed to the local Prefect server.",
        NOTHING_CHANGED,
        "Look in prefect/deploy.log in the state folder, then start again.",
    ),
    "prefect_port_taken": (
        "Another program has that port.",
        NOTHING_CHANGED,
        "Choose another port.",
    ),
}
