// Package launch starts what comes after a good copy: Tilt on the twin.
package launch
