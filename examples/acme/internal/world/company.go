package world

import "math/rand/v2"

// Location is an office.
type Location struct{ Name, City, Country, Zone, Street string }

// Team is a department; Parent is an index into Teams, -1 at the top.
type Team struct {
	Name, Code string
	Parent     int
	Cost       int
}

func locations() []Location {
	return []Location{
		{"Riverside House", "London", "GB", "Europe/London", "12 Upper Thames Street"},
		{"Rheinauhafen", "Köln", "DE", "Europe/Berlin", "Agrippinawerft 22"},
		{"Part-Dieu", "Lyon", "FR", "Europe/Paris", "8 boulevard Vivier-Merle"},
		{"Ensanche", "Bilbao", "ES", "Europe/Madrid", "Gran Vía 31"},
		{"Oudegracht", "Utrecht", "NL", "Europe/Amsterdam", "Oudegracht 114"},
		{"Księży Młyn", "Łódź", "PL", "Europe/Warsaw", "ul. Tymienieckiego 5"},
		{"Lingotto", "Torino", "IT", "Europe/Rome", "Via Nizza 262"},
		{"Home office", "anywhere", "EU", "UTC", ""},
	}
}

func teams() []Team {
	return []Team{
		{"Management", "MGMT", -1, 100000}, {"People & Culture", "PEOP", 0, 110000}, {"Talent Acquisition", "TALE", 1, 111000},
		{"Learning", "LEAR", 1, 112000}, {"Engineering", "ENGI", 0, 200000}, {"Platform", "PLAT", 4, 210000},
		{"Data", "DATA", 4, 220000}, {"Product Design", "DSGN", 4, 230000}, {"Sales", "SALE", 0, 300000},
		{"Customer Success", "CUST", 8, 310000}, {"Finance", "FINA", 0, 400000}, {"Payroll", "PAYR", 10, 410000},
		{"Legal", "LEGA", 0, 420000}, {"Logistics", "LOGI", 0, 500000}, {"Works Council", "WORK", -1, 900000},
	}
}

func skills() []string {
	return []string{
		"Go", "PostgreSQL", "Kubernetes", "Elasticsearch", "Redis", "Public speaking", "Payroll law", "Negotiation", "Spanish C1", "German B2",
		"French C2", "Figma", "Data modelling", "Forklift licence", "First aid", "Coaching", "Works council law", "Bookkeeping", "Python", "Terraform",
		"Customer interviews", "Onboarding", "Travel planning", "Contract drafting", "TypeScript", "Incident response", "Recruiting", "Budgeting",
	}
}

func titles() []string {
	return []string{
		"HR Business Partner", "Payroll Specialist", "Software Engineer", "Senior Software Engineer", "Data Analyst", "Product Designer",
		"Account Executive", "Customer Success Manager", "Team Lead", "Warehouse Coordinator", "Legal Counsel", "Controller", "Recruiter",
		"Learning Consultant", "Site Reliability Engineer", "Apprentice", "Head of Department", "Office Manager",
	}
}

// company names stand where people say for whom they worked before.
func companies() []string {
	return []string{
		"Nordlicht Logistik GmbH", "Brightwater Ltd", "Ateliers du Rhône SA", "Cantábrica de Motores SL", "Polder & Dijk BV", "Fabryka Tkanin sp. z o.o.",
		"Officine Dora SpA", "Skylark Foods plc", "Hafenkontor AG", "Maison Verte SARL", "Blue Heron Inc.", "Kiln & Clay Co.",
	}
}

// Employer returns a company that is not the tenant.
func Employer(r *rand.Rand) string { return pick(r, companies()) }
