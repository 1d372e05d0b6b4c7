package dev.lblc.scheduler;

import org.jspecify.annotations.Nullable;

/**
 * What the node knows of a server that asks for an edit of it.
 *
 * @param configured what its configuration says of the server; null: nothing
 * @param discovered what its discovery says of it; null: nothing
 * @param expected the edit that has to be the last one so far; null: whichever it is
 */
public record EditBasis(
    @Nullable ServerSpec configured,
    @Nullable ServerSpec discovered,
    @Nullable EditStamp expected) {}
