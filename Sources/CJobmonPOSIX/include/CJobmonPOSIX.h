#ifndef J_H
#define J_H
#endif
