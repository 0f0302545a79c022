package main

import (
	"runtime"
	"syscall"
	"time"
)

// cost is what one call of an operation takes.
type cost struct {
	cpu    time.Duration // of all threads, the collector's included
	allocs float64
}

const (
	rounds    = 7
	leastTime = 120 * time.Millisecond // of processor time, a round
)

// measure calls an operation with 0, 1, 2, … in rounds and returns the cost of
// a call in the cheapest one: what else runs on the machine only adds to it.
func measure(op func(i int)) cost {
	at, size := 0, 1
	round := func() (cost, time.Duration) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		started := processorTime()
		for range size {
			op(at)
			at++
		}
		used := processorTime() - started
		runtime.ReadMemStats(&after)
		return cost{used / time.Duration(size), float64(after.Mallocs-before.Mallocs) / float64(size)}, used
	}
	for {
		_, used := round()
		if used > leastTime {
			break
		}
		size = max(size*2, int(float64(size)*1.3*float64(leastTime)/float64(max(used, leastTime/64))))
	}
	best := cost{}
	for n := range rounds {
		c, _ := round()
		if n == 0 || c.cpu < best.cpu {
			best.cpu = c.cpu
		}
		if n == 0 || c.allocs < best.allocs {
			best.allocs = c.allocs
		}
	}
	return best
}

// processorTime returns what this process has used so far.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // its arguments are constants
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// perSecond returns how many such calls a core makes, in millions.
func (c cost) perSecond() float64 { return 1e3 / float64(c.cpu.Nanoseconds()) }

// megabytes returns the MB/s of a core at so many bytes a call.
func (c cost) megabytes(bytes float64) float64 { return bytes * 1e3 / float64(c.cpu.Nanoseconds()) }

// liveHeap returns the bytes in use after a collection.
func liveHeap() float64 {
	var m runtime.MemStats
	for range 2 { // the second one frees what finalisers kept
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
