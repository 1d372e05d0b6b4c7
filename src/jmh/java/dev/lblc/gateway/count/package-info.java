/** What counting costs. */
package dev.lblc.gateway.count;
