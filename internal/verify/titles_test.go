package verify

import (
	"slices"
	"testing"

	"github.com/tenantcopy/tenantcopy/internal/anonymize/person"
)

// koreans are the people of a Korean tenant, and some of a Chinese and a Japanese one.
func koreans(t testing.TB) *Inspector {
	return NewWanted(indexOf(t, []person.Record{
		{First: "민준", Last: "김", Locale: "ko"}, {Name: "이서연", Locale: "ko"}, {First: "수", Last: "박", Locale: "ko"}, {First: "도윤", Last: "남궁", Locale: "ko"}, {First: "미지", Last: "이", Locale: "ko"}, {Name: "최 하은", Locale: "ko"},
		{First: "芳", Last: "王", Locale: "zh"}, {First: "娜", Last: "欧阳", Locale: "zh"}, {Name: "于静", Locale: "zh"}, {First: "太郎", Last: "田中", Locale: "ja"}, {First: "Jane", Last: "Stonefield"}, {First: "Anna", Last: "Müller-Lüdenscheid"}, {First: "Will", Last: "Grant"},
		{First: "Jan", Last: "van der Berg"}, {First: "Jan", Last: "Kessel"}, {Name: "محمد الحسن"}, {First: "Siobhan", Last: "O'Shaughnessy"},
	}), NewControl("abcdefghijkl"), []byte("0123456789abcdef")).NewInspector()
}

// A family name behind a title, or before one in scripts without blanks, is a person's.
func TestTitles(t *testing.T) {
	in := koreans(t)
	for _, value := range []string{
		"Mr Stonefield", "Mr Grant", "Dear Mr. Stonefield,", "Mrs. STONEFIELD", "ask Dr. Stonefield's brother", "Prof. Dr. Stonefield", "Sehr geehrte Frau Müller-Lüdenscheid,", "Frau Mueller-Luedenscheid", "Herrn Kessel", "Herr Kessels Antrag", "Mme O’Shaughnessy",
		"Mr van der Berg", "Herr Van der Berg", "Ms\u00a0Stonefield", "<b>Mr</b> Stonefield", "Pan Kessel", "Professor\nKessel",
		"السيد الحسن", "王先生明天到。", "请问王经理在吗？", "和欧阳女士", "欧阳女士", "请问，王经理在吗？", "你好 王小姐", "田中さん", "田中様、お世話になっております。", "田中 部長",
		"请王芳女士签字", "我和王芳经理谈了", "通知于静老师",
	} {
		if got := kindsIn(in, value); !slices.Contains(got, "name with a title") && !slices.Contains(got, "name") {
			t.Errorf("%q: found %q", value, got)
		}
	}
	for _, value := range []string{
		"mr grant", "mr stonefield", "Miss Grant", "Mr Will", "M. Stonefield", "Mr. Smith and Stonefield", "Mr, Stonefield", "Mrs. van der Meer", "Dr. Stonefielder", "Mr. X Stonefield", "a pan Stone", "pan kessel", "Frau. Kessel", "drstonefield",
		"高先生", "由于主任", "王王先生", "关于主任的决定", "王国先生", "国王先生", "任何老师", "田中央通り", "王", "先生王", "请王芳签", "我王芳香",
	} {
		if got := kindsIn(in, value); len(got) > 0 {
			t.Errorf("%q: found %q", value, got)
		}
	}
}

// A Korean name is one word, with what grammar puts behind it.
func TestKoreanNames(t *testing.T) {
	in := koreans(t)
	for _, value := range []string{
		"김민준", "담당자는 김민준입니다.", "김민준은 오늘 휴가입니다", "김민준이 서명했다", "김민준과 이서연의 면담", "김민준 과장님", "김민준님께", "김민준씨", "(김민준)", "김민준@", "최하은에게", "최 하은에게", "김 민준은", "김 민준", "이서연", "남궁도윤을", "남궁 도윤",
		"박수님", "박수 씨", "박수", " 박수 ", "박수 부장님께", "이미지 대리", "이미지님", "이미지", "담당: 김민준/이서연", "\u1100\u1175\u11b7\u1106\u1175\u11ab\u110c\u116e\u11ab\u110b\u1173\u11ab",
	} {
		if got := kindsIn(in, value); !slices.Contains(got, "name") {
			t.Errorf("%q: found %q", value, got)
		}
	}
	for _, value := range []string{
		"김민준호텔", "박수를 쳤다", "큰 박수 부탁", "이미지 파일을 보내 주세요", "이미지를 저장", "김민", "민준", "새김민준", "김민정은", "이미지처리", "남궁", "최하은행",
	} {
		if got := kindsIn(in, value); len(got) > 0 {
			t.Errorf("%q: found %q", value, got)
		}
	}
}

// A Korean family name before a title is somebody's, unless it says something else there: this article, a professor, the
// former head.
func TestKoreanFamilyNamesWithTitles(t *testing.T) {
	in := koreans(t)
	for _, value := range []string{
		"김 부장님", "김 부장님께 전달했습니다.", "어제 김 대리와 면담했다", "김대리님이 말했다", "박 과장입니다", "이 대리님", "이대리님", "남궁 팀장", "최 선생님께", "(김 부장)", "\u1100\u1175\u11b7 부장님",
	} {
		if got := kindsIn(in, value); !slices.Contains(got, "name with a title") {
			t.Errorf("%q: found %q", value, got)
		}
	}
	for _, value := range []string{
		"이 대리", "이 교수는", "이 기사는 사실과 다르다", "김대리", "새김 부장", "김 부장판사", "김, 부장", "김 사원", "김", "정 부장님", "김밥 부장님", "부장님 김", "김이 부장",
	} {
		if got := kindsIn(in, value); len(got) > 0 {
			t.Errorf("%q: found %q", value, got)
		}
	}
}
