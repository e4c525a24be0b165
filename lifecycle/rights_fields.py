"""What each field of a record is called towards the person whose data it is, in the three languages
of an answer (GDPR art. 12(1), 15(3))."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lifecycle.opening import Language

LANGUAGES: Final[tuple[Language, ...]] = ("sv", "da", "en")
_TABLE: Final = """
active | Senast aktiv | Senest aktiv | Last active
adaptations | Extra anpassningar | Særlige tilpasninger | Extra adaptations
address | Adress | Adresse | Address
age | Ålder | Alder | Age
application | Ansökan | Ansøgning | Application
approval_form | Blankett från första mötet | Blanket fra det første møde | Form of the first meeting
approved_on | Godkänt den | Godkendt den | Approved on
assessments | Bedömningar | Bedømmelser | Assessments
attendance_rate | Deltagandefrekvens | Deltagelsesgrad | Rate of participation
break_off_date | Datum för avbrott | Dato for afbrydelse | Date of breaking off
broke_off_on | Datum för avbrott | Dato for afbrydelse | Date of breaking off
case_reference | Ärendenummer | Sagsnummer | Case number
certificate | Intyg eller betygsdokument | Bevis | Certificate
citizenship | Medborgarskap | Statsborgerskab | Citizenship
city | Postort | By | City
consent | Samtycke | Samtykke | Consent
consent_document | Samtycke på papper eller fil | Samtykkeerklæring | Document of consent
contact_phone | Kontakttelefon | Kontakttelefon | Contact telephone
cookie_id | Nummer i webbkaka | Nummer i cookie | Number in a cookie
course | Utbildning | Kursus eller forløb | Course
course_notes | Anteckningar om utbildningen | Notater om forløbet | Notes on the course
courses | Kurser | Fag | Courses
current_grade | Nuvarande årskurs | Nuværende klassetrin | Current school grade
custody | Vårdnad | Forældremyndighed | Custody
cv | Meritförteckning | CV | Curriculum vitae
delivery_address | Adress för insatsen | Adresse for indsatsen | Address where it is carried out
education_plan | Studieplan | Uddannelsesplan | Education plan
email | E-postadress | E-mailadresse | E-mail address
end_date | Slutdatum | Slutdato | End date
ends_on | Slutdatum | Slutdato | End date
examined_on | Examinerad den | Eksamineret den | Examined on
exported_before | Tidigare exporterad | Tidligere eksporteret | Exported before
extension | Förlängning | Forlængelse | Extension
family_name | Efternamn | Efternavn | Family name
fee | Avgift | Betaling for forløbet | Fee
final_report | Slutredovisning | Slutrapport | Final report
given_name | Förnamn | Fornavn | Given name
given_on | Lämnat den | Givet den | Given on
grade_level | Årskurs | Klassetrin | School grade
grades | Betyg | Karakterer | Grades
health | Hälsa | Helbred | Health
health_declaration | Hälsodeklaration | Helbredserklæring | Health declaration
health_information | Uppgifter om hälsa | Helbredsoplysninger | Information on health
image | Bild eller film | Billede eller film | Picture or film
images | Bilder och filmer | Billeder og film | Pictures and films
incident_reports | Anmälningar om kränkning och olycksfall | Anmeldelser om krænkelse og ulykke \
| Reports of harassment and accidents
income | Inkomst | Indkomst | Income
income_year | Inkomstår | Indkomstår | Year of income
insurance | Försäkring | Forsikring | Insurance
interpreter_need | Behov av tolk | Behov for tolk | Need of an interpreter
invoices | Fakturor | Fakturaer | Invoices
ip_address | IP-adress | IP-adresse | IP address
language_support | Behov av språkstöd | Behov for sprogstøtte | Need of language support
level | Nivå | Niveau | Level
mapping | Pedagogisk kartläggning och utredning | Pædagogisk kortlægning og udredning \
| Pedagogical survey and investigation
messages | Meddelanden | Beskeder | Messages
municipality | Kommun | Kommune | Municipality
name | Namn | Navn | Name
national_id | Personnummer | CPR-nummer | Identity number
nationality | Nationalitet | Nationalitet | Nationality
notes | Anteckningar | Notater | Notes
offences | Lagöverträdelser | Strafbare forhold | Offences
order_number | Ordernummer | Ordrenummer | Order number
organisation_number | Organisationsnummer | Virksomhedsnummer | Organisation number
other_absence | Annan frånvaro | Andet fravær | Other absence
pages_visited | Besökta sidor | Besøgte sider | Pages visited
passport_number | Passnummer | Pasnummer | Passport number
payment_details | Uppgifter för betalning | Betalingsoplysninger | Payment details
payments | Betalningar | Betalinger | Payments
phone | Telefon | Telefon | Telephone
plans | Planering | Planer | Plans
postal_code | Postnummer | Postnummer | Postal code
ppr_assessment | Utredning av elevhälsan | PPR-vurdering | Assessment by the school's psychologists
previous_school | Tidigare skola | Tidligere skole | Previous school
project | Projekt | Projekt | Project
psychological_assessment | Psykologisk bedömning | Psykologisk vurdering | Psychological assessment
publicity_images | Bilder och filmer för publicering | Billeder og film til offentliggørelse \
| Pictures and films for publication
readiness | Bedömd studiemognad | Uddannelsesparathed | Readiness for education
recording | Inspelning | Optagelse | Recording
reported_absence | Anmäld frånvaro | Anmeldt fravær | Reported absence
residence | Boende | Bopæl | Residence
result_report | Resultatredovisning | Resultatrapport | Report of results
school | Skola | Skole | School
school_year | Läsår | Skoleår | School year
service | Tjänst eller insats | Ydelse eller indsats | Service
sex | Kön | Køn | Sex
sick_absence | Sjukfrånvaro | Sygefravær | Absence through illness
social_situation | Social situation | Social situation | Social situation
start_date | Startdatum | Startdato | Start date
started_on | Startdatum | Startdato | Start date
street_address | Gatuadress | Vej og nummer | Street address
study_log | Elevlogg | Elevlog | Study log
submissions | Inlämningar | Afleveringer | Submissions
supervisor | Handledare | Vejleder | Supervisor
supplier_id | Leverantörsnummer | Leverandørnummer | Supplier number
track_code | Spårkod | Sporkode | Track code
travel_dates | Resdatum | Rejsedatoer | Travel dates
uni_login | UNI-Login | UNI-Login | UNI-Login
unit | Utförande enhet | Udførende enhed | Unit
unreported_absence | Oanmäld frånvaro | Uanmeldt fravær | Unreported absence
weeks | Veckor | Uger | Weeks
withdrawn_on | Återtaget den | Trukket tilbage den | Withdrawn on
"""


def _headings() -> dict[str, dict[Language, str]]:
    found: dict[str, dict[Language, str]] = {}
    for line in _TABLE.strip().replace("\\\n", "").splitlines():
        name, *words = (part.strip() for part in line.split("|"))
        found[name] = dict(zip(LANGUAGES, words, strict=True))
    return found


HEADINGS: Final[Mapping[str, Mapping[Language, str]]] = _headings()
"""Field → language → its heading: whatever the policies, the bindings and our own records know."""


def heading(field: str, language: Language) -> str:
    """What a field is called in that language. One that a binding alone knows is called as it is
    there, without the signs that only machines write."""
    known = HEADINGS.get(field)
    return field.replace("_", " ").strip() if known is None else known[language]
