//go:build !race

package postgres

const raceFactor = 1
