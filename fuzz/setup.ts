import * as fc from "fast-check";

// By default fast-check makes ten elements at the most, whatever maxLength allows.
fc.configureGlobal({ ...fc.readConfigureGlobal(), defaultSizeToMaxWhenMaxSpecified: true });
