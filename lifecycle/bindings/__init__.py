"""Which outer systems a controller really has, where they are, and by which names secrets go."""

from lifecycle.bindings.channels import MemoryChannel, SmsGateway, SmtpChannel
from lifecycle.bindings.check_outer import BOUND_ROLES, OuterBinding, known_fields
from lifecycle.bindings.google_drive import GoogleDriveChannel, GoogleDriveStaging
from lifecycle.bindings.http import Http, Resource
from lifecycle.bindings.imports import (
    CaseRegister,
    FolderStaging,
    MemoryStaging,
    Workbook,
    Workbuster,
)
from lifecycle.bindings.load import Bindings, check_bindings, load_bindings, parse_bindings
from lifecycle.bindings.mail import DPO, Mail, Watch, Witness
from lifecycle.bindings.onedrive import OneDriveChannel, OneDriveStaging
from lifecycle.bindings.outer import Absent, BoundRecords, Manual, MemorySystem
from lifecycle.bindings.places import Place, SecretName, expand
from lifecycle.bindings.sftp import SftpChannel, SftpStaging
from lifecycle.bindings.sql import Sql, Table
from lifecycle.bindings.turns import Limit

__all__ = [
    "BOUND_ROLES",
    "DPO",
    "Absent",
    "Bindings",
    "BoundRecords",
    "CaseRegister",
    "FolderStaging",
    "GoogleDriveChannel",
    "GoogleDriveStaging",
    "Http",
    "Limit",
    "Mail",
    "Manual",
    "MemoryChannel",
    "MemoryStaging",
    "MemorySystem",
    "OneDriveChannel",
    "OneDriveStaging",
    "OuterBinding",
    "Place",
    "Resource",
    "SecretName",
    "SftpChannel",
    "SftpStaging",
    "SmsGateway",
    "SmtpChannel",
    "Sql",
    "Table",
    "Watch",
    "Witness",
    "Workbook",
    "Workbuster",
    "check_bindings",
    "expand",
    "known_fields",
    "load_bindings",
    "parse_bindings",
]
