package corpus

// language is how people write in a locale: around a mention, which is %s, and
// where nobody is mentioned.
type language struct {
	tag     string
	about   []string // a full name, or a surname
	titled  []string // a surname behind a title
	given   []string // a given name
	contact []string // an address or a number
	idle    []string // nobody
}

var languages = []language{
	{
		"en",
		[]string{"I spoke to %s about the move to the new office.", "%s's review was moved to Thursday.", "Approved by %s.", "The panel (%s and two others) agreed on an offer.",
			"Please forward this to %s, who has the contract.", "Best regards,\n%s\nHead of Payroll", "cc: %s; HR", "%s’s leave starts next week", "Interview notes — %s — second round", "Candidate: %s, available from March"},
		[]string{"Mr %s will join us.", "Dr. %s signed the report.", "Ask Mrs. %s for the key.", "Dear Ms %s,"},
		[]string{"Hi %s, thanks for the update.", "As %s said, the budget is fine."},
		[]string{"You can reach me at %s.", "Contact: %s (until Friday)", "Write or call: %s, please.", "New details <%s> since May"},
		[]string{"The quarterly review for the regional office was moved, since the new manager had not read the report yet.", "Please send the signed contract before Friday so that benefits can start on time.",
			"Goals for the next quarter include hiring two engineers and improving the onboarding process.", "Overall rating: exceeds expectations.", "The team will grant access once the form is complete."},
	},
	{
		"de",
		[]string{"Ich habe mit %s über den Umzug gesprochen.", "Das Gespräch mit %s findet am Donnerstag statt.", "Freigegeben von %s.", "Bitte leiten Sie das an %s weiter.", "Mit freundlichen Grüßen\n%s\nPersonalabteilung",
			"Teilnehmer: %s, zwei Gäste", "Vertretung: %s (bis Ende März)", "Die Beurteilung von %s liegt bei."},
		[]string{"Herr %s kommt später.", "Sehr geehrte Frau %s,", "Dr. %s hat unterschrieben.", "Wir haben Herrn %s eingeladen."},
		[]string{"Hallo %s, danke für die Rückmeldung.", "Wie %s schon sagte, passt das Budget."},
		[]string{"Sie erreichen mich unter %s.", "Kontakt: %s (bis Freitag)", "Bitte unter %s melden."},
		[]string{"Für die Übergabe bitte bis Freitag Rückmeldung geben, der Antrag liegt in der Personalabteilung.", "Der Vertrag wurde im Sommer verlängert, das Gehalt steigt zum ersten März.",
			"Alle Bewerber erhalten nach dem Gespräch eine schriftliche Antwort.", "Die Stelle ist ab sofort frei, Schicht und Urlaub werden im Kalender gepflegt."},
	},
	{
		"fr",
		[]string{"J'ai parlé à %s du déménagement.", "L'entretien avec %s est reporté à jeudi.", "Validé par %s.", "Merci de transmettre ce dossier à %s.", "Cordialement,\n%s\nRessources humaines", "Présents : %s et deux invités", "Le contrat de %s est prêt."},
		[]string{"Mme %s arrive lundi.", "Cher Monsieur %s,", "Le Dr %s a signé."},
		[]string{"Bonjour %s, merci pour le retour.", "Comme %s l'a dit, le budget convient."},
		[]string{"Vous pouvez me joindre au %s.", "Contact : %s (jusqu'à vendredi)", "Écrivez à %s."},
		[]string{"Le rapport trimestriel a été reporté, car la nouvelle responsable ne l'avait pas encore lu.", "Merci d'envoyer le contrat signé avant vendredi.", "Une offre sera faite après le deuxième entretien."},
	},
	{
		"es",
		[]string{"Hablé con %s sobre la mudanza.", "La entrevista con %s se aplaza al jueves.", "Aprobado por %s.", "Por favor, reenvíe esto a %s.", "Un saludo,\n%s\nRecursos humanos", "El contrato de %s está listo."},
		[]string{"La Sra. %s llega el lunes.", "Estimado señor %s:", "El Dr. %s ha firmado."},
		[]string{"Hola %s, gracias por la respuesta.", "Como dijo %s, el presupuesto es correcto."},
		[]string{"Puede localizarme en %s.", "Contacto: %s (hasta el viernes)", "Escriba a %s, por favor."},
		[]string{"La revisión trimestral se aplazó porque la nueva responsable aún no había leído el informe.", "Envíe el contrato firmado antes del viernes.", "Los objetivos incluyen contratar a dos ingenieros."},
	},
	{
		"nl",
		[]string{"Ik heb %s gesproken over de verhuizing.", "Het gesprek met %s is verzet naar donderdag.", "Goedgekeurd door %s.", "Stuur dit door aan %s.", "Met vriendelijke groet,\n%s\nPersoneelszaken"},
		[]string{"Mevrouw %s komt maandag.", "Geachte heer %s,", "Dhr. %s heeft getekend."},
		[]string{"Hoi %s, bedankt voor het bericht."},
		[]string{"U bereikt mij op %s.", "Contact: %s (tot vrijdag)"},
		[]string{"De beoordeling is uitgesteld omdat de nieuwe leidinggevende het verslag nog niet had gelezen.", "Stuur het getekende contract voor vrijdag terug."},
	},
	{
		"pl",
		[]string{"Zatwierdził: %s.", "Osoba do kontaktu: %s", "%s nie może przyjść w czwartek.", "Z poważaniem\n%s\nDział kadr", "Uczestnicy: %s oraz dwie osoby"},
		[]string{"Pan %s przyjdzie później.", "Pani %s podpisała umowę."},
		[]string{"Cześć %s, dziękuję za wiadomość."},
		[]string{"Proszę dzwonić lub pisać: %s.", "Kontakt: %s (do piątku)"},
		[]string{"Ocena kwartalna została przesunięta, ponieważ nowa kierowniczka nie czytała jeszcze raportu.", "Proszę odesłać podpisaną umowę do piątku."},
	},
	{
		"tr",
		[]string{"Taşınma hakkında %s ile konuştum.", "%s'ın değerlendirmesi perşembeye kaldı.", "Onaylayan: %s.", "Saygılarımla,\n%s\nİnsan Kaynakları"},
		[]string{"Sayın %s,", "Dr. %s imzaladı."},
		[]string{"Merhaba %s, teşekkürler."},
		[]string{"Bana %s üzerinden ulaşabilirsiniz.", "İletişim: %s (cumaya kadar)"},
		[]string{"Çeyrek değerlendirmesi ertelendi, çünkü yeni yönetici raporu henüz okumamıştı.", "İmzalı sözleşmeyi cumaya kadar gönderin."},
	},
	{
		"zh",
		[]string{"请联系%s确认合同。", "%s的评估推迟到星期四。", "审批人：%s。", "我和%s谈了搬迁的事", "参加者：%s、两位客人"},
		[]string{"%s先生明天到。", "请问%s经理在吗？", "%s女士已签字。"},
		[]string{"你好%s，谢谢。"},
		[]string{"请发到%s。", "联系方式：%s（星期五前）", "电话%s，谢谢"},
		[]string{"季度评估已推迟，因为新经理还没有看报告。", "请在星期五之前寄回签好的合同。", "目标包括招聘两名工程师。"},
	},
	{
		"ja",
		[]string{"担当は%sです。", "%sの面談は木曜日に変更しました。", "承認者：%s", "引っ越しについて%sと話しました。", "よろしくお願いします。\n%s\n人事部"},
		[]string{"%s様、お世話になっております。", "%sさんに確認してください。"},
		[]string{"%sへ、ありがとう。"},
		[]string{"連絡先：%s（金曜日まで）", "%sまでご連絡ください。"},
		[]string{"新しい責任者がまだ報告書を読んでいないため、評価は延期されました。", "署名した契約書を返送してください。"},
	},
	{
		"ar",
		[]string{"تحدثت مع %s عن الانتقال.", "تم تأجيل مقابلة %s إلى الخميس.", "وافق عليه: %s.", "مع التحية،\n%s\nالموارد البشرية"},
		[]string{"السيد %s سيحضر غدا.", "الدكتور %s وقع التقرير."},
		[]string{"مرحبا %s، شكرا."},
		[]string{"يمكنكم التواصل عبر %s.", "للتواصل: %s (حتى الجمعة)"},
		[]string{"تم تأجيل المراجعة الفصلية لأن المديرة الجديدة لم تقرأ التقرير بعد.", "يرجى إرسال العقد الموقع قبل يوم الجمعة."},
	},
}
