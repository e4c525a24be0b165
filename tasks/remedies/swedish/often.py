"""Sentences in Swedish that more than one code is told with."""

from __future__ import annotations

from typing import Final

NOTHING_CHANGED: Final = "Inget har ändrats och inget har raderats."
FILE_KEPT: Final = (
    "Inget ur filen har sparats; den ligger kvar i mappen till den dagliga tömningen."
)
NO_EFFECT: Final = (
    "Inget görs utan sin händelse i liggaren: det som inte kunde skrivas in blev inte gjort."
)
RERUN: Final = "Kör om körningen: den fortsätter där den stannade och gör inget två gånger."
DOCTOR: Final = "Kör `gallra doctor`, som säger vad som ska rättas; kör sedan om."
EXPORT: Final = "Exportera listan igen från Arbetsförmedlingens portal och lägg den i mappen."
TELL_THE_OFFICER: Final = (
    "Stanna upp, ändra ingenting på den här datorn och berätta för dataskyddsombudet."
)
NOT_TAKEN_FOR_EMPTY: Final = (
    "Det tas inte för tomt, ingen räknas som borta där, och inget kallas raderat."
)
COMPARE: Final = (
    "Jämför systemets del i `deployments/systems` med systemet, kör `gallra policy check` och kör "
    "sedan om."
)
NOTHING_LEFT: Final = "Inget av det har lämnat oss."
NOTHING_OPENED: Final = "Inget öppnades och inget skrevs över."
NOTHING_STARTED: Final = "Inget startades."
NOTHING_HAS_LEFT: Final = "Inget har ändrats och inget har lämnat oss."
NOTHING_UNSEALED: Final = "Inget har lämnat oss, och inget ligger där okrypterat."
REFUSED: Final = "Inget raderades och inget har lämnat oss; avslaget står i liggaren."
NOT_GIVEN: Final = "Inget har lämnat oss, och avslaget står i liggaren."
ROW_SAFE: Final = "Inget av raden har sparats; filens andra rader berörs inte."
ASK_THE_AUTHORITY: Final = "Be Arbetsförmedlingen rätta det och exportera sedan listan igen."
NO_WAY_ROUND: Final = (
    "Leta inte efter någon omväg. Tala med chefen om hur personen ska registreras; inget skrivs i "
    "ett system eller ett mejl."
)
ABOUT_A_DATE: Final = (
    "Om någon har öppnat och sparat filen i Excel: exportera listan igen och låt den vara som den "
    "är; be annars Arbetsförmedlingen rätta datumet."
)
NOTHING_TO_DO: Final = "Inget att göra."
NOTHING_SHARED: Final = "Inget delades, och inget av det ligger i mappen."
MICROSOFT: Final = "Inget ändrades där, och inget tas för tomt eller borta."
OUR_FAULT: Final = "Det här är ett fel i Gallra: anmäl koden. Ändra ingenting för hand."
NOT_TOLD_WHO: Final = "Den fick inte veta vilka vi är, och ingen fil gick dit."
NOT_WHOLE: Final = "Ingen ser en fil som inte är hel; det som hann skickas av den är bortkastat."
TELL_AND_TOUCH_NOTHING: Final = (
    "Ändra ingenting på den här datorn och berätta för dataskyddsombudet."
)
NOTHING_SENT_ON: Final = "Inget av filen ligger under sitt namn hos mottagaren."
NOTHING_NEW: Final = "Förbered en ny utlämning med `gallra share prepare` och låt den godkännas."
