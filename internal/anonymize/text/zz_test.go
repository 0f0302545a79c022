package text
import ("testing";"time";"math/rand")
func TestZZ(t *testing.T) {
	e := testEngine()
	for _, alpha := range []string{"0123456789 ", "01 .-()", "0123456789 -x", "0 +", "5551234 ", "12025-./ ", "0\u200b 1\u00ad", "07 a\u200b@＠.b"} {
		rs := []rune(alpha)
		for _, n := range []int{1<<15, 1<<17, 1<<19} {
			b := []byte{}
			for len(b) < n { b = append(b, string(rs[rand.Intn(len(rs))])...) }
			s := time.Now()
			e.Rewrite(nil, b, book{"5551234","0000000"}, Options{}, nil)
			t.Logf("%+q %d %v", alpha, n, time.Since(s))
		}
	}
}
