"""Three sentences in Swedish for each code, about the files in the staging folder."""

from __future__ import annotations

from typing import Final

from tasks.remedies.swedish.often import EXPORT, FILE_KEPT, NOTHING_CHANGED

FILES: Final[dict[str, tuple[str, str, str]]] = {
    "same_bytes": (
        "Precis den här filen har importerats förut.",
        "Inget importerades två gånger; kopian raderas när den importen är bekräftad.",
        "Inget att göra.",
    ),
    "truncated": (
        "Filen slutar mitt i; den kan fortfarande vara på väg in i mappen.",
        FILE_KEPT,
        "Inget, om nästa körning importerar den; exportera den annars igen.",
    ),
    "empty_file": (
        "Filen är tom; den kan fortfarande vara på väg in i mappen.",
        FILE_KEPT,
        "Inget, om nästa körning importerar den; exportera den annars igen.",
    ),
    "corrupt": (
        "Filen är skadad och går inte att läsa.",
        FILE_KEPT,
        EXPORT,
    ),
    "not_a_workbook": (
        "Filen är varken en arbetsbok eller en CSV-export.",
        FILE_KEPT,
        EXPORT,
    ),
    "extension_and_content_differ": (
        "Filens innehåll är inte det som filändelsen säger.",
        FILE_KEPT,
        EXPORT,
    ),
    "office_lock_file": (
        "Någon har en arbetsbok öppen: det här är Offices egen låsfil.",
        "Den är ingen export och läses inte; den dagliga tömningen tar bort den.",
        "Stäng arbetsboken.",
    ),
    "temporary_file": (
        "Ett programs tillfälliga fil ligger i mappen.",
        "Den läses inte; den dagliga tömningen tar bort den.",
        "Inget att göra.",
    ),
    "password_protected": (
        "Arbetsboken är skyddad med lösenord.",
        FILE_KEPT,
        "Spara den utan lösenord, eller exportera den igen.",
    ),
    "header_not_recognised": (
        "Ingen rad har rubrikerna i Arbetsförmedlingens export.",
        FILE_KEPT,
        "Kontrollera att det är deltagarlistan; en ny rubrik skrivs in i policyfilen.",
    ),
    "header_ambiguous": (
        "Två kolumner gör anspråk på att vara samma fält.",
        FILE_KEPT,
        "Ta bort eller döp om en av dem, eller exportera listan igen.",
    ),
    "no_rows": (
        "Filen har rubriker men inga rader.",
        FILE_KEPT,
        EXPORT,
    ),
    "unpacked_too_large": (
        "Filen blir större uppackad än en export kan vara.",
        FILE_KEPT,
        EXPORT,
    ),
    "too_many_cells": (
        "Filen har fler celler än en export kan ha.",
        FILE_KEPT,
        EXPORT,
    ),
    "reader_crashed": (
        "Läsaren gick sönder på den här filen; den körs för sig, och inget annat tog skada.",
        FILE_KEPT,
        EXPORT,
    ),
    "reader_timeout": (
        "Det tog längre tid att läsa filen än vad som är tillåtet.",
        FILE_KEPT,
        EXPORT,
    ),
    "file_no_longer_there": (
        "Filen ändrades eller togs bort medan den lästes.",
        "Bara den version som lästes raderas någonsin, och den här raderades inte.",
        "Inget: nästa körning tittar igen.",
    ),
    "cases_not_verified": (
        "När Workbuster lästes igen stod inte alla ärenden där så som de lämnades över.",
        "Filen raderades inte, och registret är helt.",
        "Kör om. Hjälper det inte: öppna listan över det som ska göras (`gallra status`) och "
        "jämför de ärendena.",
    ),
    "deletion_refused": (
        "Mappen vägrar att radera en fil för gott: en spärr, eller en behörighet som saknas.",
        "Det som importerades är sparat och bekräftat; filen ligger kvar.",
        "Låt den som sköter mappen häva spärren eller ge behörigheten i dag; kör sedan om.",
    ),
    "folder_not_empty": (
        "Efter tömningen listades mappen igen, och den var inte tom.",
        "Det som raderades är antecknat; inget kallas tomt som inte är det.",
        "Kör om nu: varje fil måste bort i dag.",
    ),
    "file_still_there": (
        "En fil som raderades ligger ändå kvar i mappen.",
        "Den redovisas inte som raderad; det som importerades är sparat och bekräftat.",
        "Kör om nu. Hjälper det inte: fråga den som sköter mappen om det finns en spärr.",
    ),
    "folder_not_mounted": (
        "Den delade disken med mellanlagringsmappen är inte ansluten.",
        "Den tas inte för en tom mapp; inget raderades.",
        "Anslut den och kör om i dag: så länge töms inte filerna där.",
    ),
    "folder_forbidden": (
        "Gallra får inte läsa eller tömma mellanlagringsmappen.",
        "Inget raderades.",
        "Ge tjänstens användare behörigheten i dag; kör sedan om.",
    ),
    "folder_missing": (
        "En mapp som kopplingarna nämner (mellanlagringsmappen eller utbytesmappen) finns inte.",
        "Den tas inte för en tom mapp; inget raderades.",
        "Rätta sökvägen i kopplingarna eller ställ tillbaka mappen, och kör om i dag. Gallra gör "
        "ingen ny: filerna kan ligga kvar där den fanns.",
    ),
    "folder_not_answering": (
        "En mapp som kopplingarna nämner (mellanlagringsmappen eller utbytesmappen) svarar inte.",
        "Den tas inte för en tom mapp; inget raderades.",
        "Se till att disken eller nätverket fungerar, och kör om i dag.",
    ),
    "list_is_our_workbook": (
        "Den nyaste listan i utbytesmappen är en kopia av vår egen importarbetsbok.",
        "En kopia bevisar inget: inget togs för bevisat och inget raderades.",
        "Ta bort kopian, läs in arbetsboken i Workbuster och exportera Workbusters egen lista.",
    ),
    "list_not_recognised": (
        "Den nyaste listan i Workbusters utbytesmapp saknar en kolumn som måste jämföras.",
        "Inget togs för bevisat och inget raderades.",
        "Exportera listan med alla kolumner som kopplingarna nämner under `export_list`.",
    ),
    "list_unreadable": (
        "Den nyaste listan i Workbusters utbytesmapp går inte att läsa.",
        "Inget togs för bevisat och inget raderades.",
        "Exportera Workbusters lista igen till den mappen.",
    ),
    "list_header_ambiguous": (
        "Två kolumner i listan betyder samma sak.",
        "Inget ur listan togs in.",
        "Ta bort en av dem eller döp om den.",
    ),
    "name_taken": (
        "Det ligger redan en fil med det namnet.",
        NOTHING_CHANGED,
        "Ge filen ett annat namn.",
    ),
    "no_staging": (
        "Skolgruppens policy har ingen mellanlagringsmapp: inga exporter importeras för den.",
        NOTHING_CHANGED,
        "Välj en annan policy med `--controller`, eller skriv in `staging` i policyn.",
    ),
}
